/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Messages: abi/ipc.h says what a tag is and what the IPC buffer holds.
 *
 *	client                                  server
 *	                                        ipc_recv(endpoint, reply, &m)
 *	m.tag = tag_make(OPEN, 1, 0)
 *	m.words[0] = 7
 *	ipc_call(endpoint, &m)  ------------->  m.badge: who, m.words[0]: what
 *	                                        m.tag = tag_make(0, 1, 0), m.words[0] = ...
 *	m.words[0]: the answer  <-------------  ipc_reply_recv(endpoint, reply, &m)
 *
 * All of them are inline: a call is its registers and one svc. Words that a message does not
 * have keep the value that they had. Two statuses are common to all and not repeated: of the
 * names (BAD_HANDLE, WRONG_TYPE, OUT_OF_RANGE, NOT_FOUND: nothing, or something else, stands
 * there) and of the rights (ACCESS_DENIED). With them and INVALID_ARGS nothing was sent.
 */
#pragma once

#include "abi/ipc.h"
#include "abi/objects.h"
#include "abi/syscalls.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A message in registers: words from IPC_REGISTER_WORDS on and capabilities: ipc_buffer(). */
struct message {
	word_t tag; /* tag_make() */
	word_t words[IPC_REGISTER_WORDS];
	word_t badge; /* received: of the sender's capability, or a notification's bits */
};

#define IPC_INLINE static inline __attribute__((always_inline))

/* The calling thread's IPC buffer; NULL if it has none. */
extern __thread struct ipc_buffer *ipc_buffer_own;

static inline struct ipc_buffer *ipc_buffer(void)
{
	return ipc_buffer_own;
}

/* ipc_receive_slots: where capabilities that come go: `count` slots of a CNode from `first`. */
static inline void ipc_receive_slots(cptr_t cnode, word_t first, word_t count)
{
	ipc_buffer()->receive_cnode = cnode;
	ipc_buffer()->receive_first = first;
	ipc_buffer()->receive_count = count;
}

/* ipc_send_cap: the next message's capability number `index`, its copy having `rights`. */
static inline void ipc_send_cap(unsigned index, cptr_t cap, word_t rights)
{
	ipc_buffer()->caps[index].cptr = cap;
	ipc_buffer()->caps[index].rights = rights;
}

/* What both directions use: the registers of abi/ipc.h. */
IPC_INLINE status_t ipc_exchange(
	word_t number, cptr_t object, cptr_t reply, struct message *message)
{
	register word_t x8 __asm__("x8") = number;
	register word_t x0 __asm__("x0") = object;
	register word_t x1 __asm__("x1") = message->tag;
	register word_t x2 __asm__("x2") = message->words[0];
	register word_t x3 __asm__("x3") = message->words[1];
	register word_t x4 __asm__("x4") = message->words[2];
	register word_t x5 __asm__("x5") = message->words[3];
	register word_t x6 __asm__("x6") = message->words[4];
	register word_t x7 __asm__("x7") = message->words[5];
	register word_t x9 __asm__("x9") = message->words[6];
	register word_t x10 __asm__("x10") = message->words[7];
	register word_t x11 __asm__("x11") = reply;

	__asm__ volatile("svc	0"
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5), "+r"(x6),
			 "+r"(x7), "+r"(x9), "+r"(x10), "+r"(x11)
			 : "r"(x8)
			 : "memory");
	message->tag = x1;
	message->words[0] = x2;
	message->words[1] = x3;
	message->words[2] = x4;
	message->words[3] = x5;
	message->words[4] = x6;
	message->words[5] = x7;
	message->words[6] = x9;
	message->words[7] = x10;
	message->badge = x11;
	return (status_t)x0;
}

/* What only goes out. */
IPC_INLINE status_t ipc_emit(word_t number, cptr_t object, const struct message *message)
{
	register word_t x8 __asm__("x8") = number;
	register word_t x0 __asm__("x0") = object;
	register word_t x1 __asm__("x1") = message->tag;
	register word_t x2 __asm__("x2") = message->words[0];
	register word_t x3 __asm__("x3") = message->words[1];
	register word_t x4 __asm__("x4") = message->words[2];
	register word_t x5 __asm__("x5") = message->words[3];
	register word_t x6 __asm__("x6") = message->words[4];
	register word_t x7 __asm__("x7") = message->words[5];
	register word_t x9 __asm__("x9") = message->words[6];
	register word_t x10 __asm__("x10") = message->words[7];

	__asm__ volatile("svc	0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x6),
			 "r"(x7), "r"(x9), "r"(x10)
			 : "memory");
	return (status_t)x0;
}

/*
 * ipc_call: send a message and wait for its answer.
 *
 *  endpoint  rights WRITE, and GRANT or GRANT_REPLY; capabilities go along only with GRANT
 *  message   in: what to send; out: the answer (badge means nothing)
 *  returns   ST_OK
 *            ST_INVALID_ARGS  the tag has unknown bits, more words or capabilities than a
 *                             message can have, or needs an IPC buffer that cannot be read
 *            ST_CANCELED      the endpoint, or who was to answer, went away
 *            ST_PEER_CLOSED   the message was received without a reply object
 */
static inline status_t ipc_call(cptr_t endpoint, struct message *message)
{
	return ipc_exchange(SYSCALL_call, endpoint, 0, message);
}

/*
 * ipc_send: send a message and wait until it was received; no answer.
 *
 *  endpoint  right WRITE; with capabilities in the message GRANT, too
 *  returns   ST_OK; ST_INVALID_ARGS as for ipc_call
 *            ST_CANCELED  the endpoint went away, or endpoint_cancel took the message back
 */
static inline status_t ipc_send(cptr_t endpoint, const struct message *message)
{
	return ipc_emit(SYSCALL_send, endpoint, message);
}

/* ipc_try_send: the same if a receiver waits there; else ST_SHOULD_WAIT, nothing was sent. */
static inline status_t ipc_try_send(cptr_t endpoint, const struct message *message)
{
	return ipc_emit(SYSCALL_try_send, endpoint, message);
}

/*
 * ipc_recv: wait for a message.
 *
 *  endpoint  right READ
 *  reply     a reply object, through which to answer if it is a call; 0: calls are refused
 *  message   out: what came. With TAG_NOTIFICATION in the tag it is no message: the badge is
 *            the bits of the notification that is bound to this thread
 *  returns   ST_OK
 *            ST_BAD_STATE  somebody waits for an answer through the reply object already, or
 *                          another thread receives with it
 *            ST_CANCELED   the endpoint or the reply object went away
 */
static inline status_t ipc_recv(cptr_t endpoint, cptr_t reply, struct message *message)
{
	return ipc_exchange(SYSCALL_recv, endpoint, reply, message);
}

/* ipc_try_recv: the same if something has come; else ST_SHOULD_WAIT. */
static inline status_t ipc_try_recv(cptr_t endpoint, cptr_t reply, struct message *message)
{
	return ipc_exchange(SYSCALL_try_recv, endpoint, reply, message);
}

/*
 * ipc_reply: answer the call that was received with a reply object.
 *
 *  returns  ST_OK; ST_INVALID_ARGS as for ipc_call
 *           ST_PEER_CLOSED  nobody waits for it: answered already, or the caller is gone
 */
static inline status_t ipc_reply(cptr_t reply, const struct message *message)
{
	return ipc_emit(SYSCALL_reply, reply, message);
}

/*
 * ipc_reply_recv: answer one call and wait for the next message: a server's loop.
 *
 *  message  in: the answer, which is dropped if nobody waits for it; out: as ipc_recv
 *  returns  as ipc_recv and, for the answer, ST_INVALID_ARGS
 */
static inline status_t ipc_reply_recv(cptr_t endpoint, cptr_t reply, struct message *message)
{
	return ipc_exchange(SYSCALL_reply_recv, endpoint, reply, message);
}

/*
 * ipc_call0, ipc_call4, ipc_reply_recv0, ipc_reply_recv4: the same for messages of no or four
 * words, which never pass through memory. Words beyond them that an answer has are lost.
 *
 *  tag_out, badge_out  valid if ST_OK is returned
 */
IPC_INLINE status_t ipc_call0(cptr_t endpoint, word_t tag, word_t *tag_out)
{
	register word_t x8 __asm__("x8") = SYSCALL_call;
	register word_t x0 __asm__("x0") = endpoint;
	register word_t x1 __asm__("x1") = tag;

	__asm__ volatile("svc	0"
			 : "+r"(x0), "+r"(x1)
			 : "r"(x8)
			 : "x2", "x3", "x4", "x5", "x6", "x7", "x9", "x10", "x11", "memory");
	*tag_out = x1;
	return (status_t)x0;
}

IPC_INLINE status_t ipc_call4(cptr_t endpoint, word_t tag, word_t words[4], word_t *tag_out)
{
	register word_t x8 __asm__("x8") = SYSCALL_call;
	register word_t x0 __asm__("x0") = endpoint;
	register word_t x1 __asm__("x1") = tag;
	register word_t x2 __asm__("x2") = words[0];
	register word_t x3 __asm__("x3") = words[1];
	register word_t x4 __asm__("x4") = words[2];
	register word_t x5 __asm__("x5") = words[3];

	__asm__ volatile("svc	0"
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5)
			 : "r"(x8)
			 : "x6", "x7", "x9", "x10", "x11", "memory");
	words[0] = x2;
	words[1] = x3;
	words[2] = x4;
	words[3] = x5;
	*tag_out = x1;
	return (status_t)x0;
}

IPC_INLINE status_t ipc_reply_recv0(
	cptr_t endpoint, cptr_t reply, word_t tag, word_t *badge_out, word_t *tag_out)
{
	register word_t x8 __asm__("x8") = SYSCALL_reply_recv;
	register word_t x0 __asm__("x0") = endpoint;
	register word_t x1 __asm__("x1") = tag;
	register word_t x11 __asm__("x11") = reply;

	__asm__ volatile("svc	0"
			 : "+r"(x0), "+r"(x1), "+r"(x11)
			 : "r"(x8)
			 : "x2", "x3", "x4", "x5", "x6", "x7", "x9", "x10", "memory");
	*badge_out = x11;
	*tag_out = x1;
	return (status_t)x0;
}

/* tag: in: the answer's; out: what came. */
IPC_INLINE status_t ipc_reply_recv4(
	cptr_t endpoint, cptr_t reply, word_t words[4], word_t *badge_out, word_t *tag)
{
	register word_t x8 __asm__("x8") = SYSCALL_reply_recv;
	register word_t x0 __asm__("x0") = endpoint;
	register word_t x1 __asm__("x1") = *tag;
	register word_t x2 __asm__("x2") = words[0];
	register word_t x3 __asm__("x3") = words[1];
	register word_t x4 __asm__("x4") = words[2];
	register word_t x5 __asm__("x5") = words[3];
	register word_t x11 __asm__("x11") = reply;

	__asm__ volatile("svc	0"
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5), "+r"(x11)
			 : "r"(x8)
			 : "x6", "x7", "x9", "x10", "memory");
	words[0] = x2;
	words[1] = x3;
	words[2] = x4;
	words[3] = x5;
	*badge_out = x11;
	*tag = x1;
	return (status_t)x0;
}

#ifdef __cplusplus
}
#endif
