/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Messages: what the IPC calls carry, and in which registers.
 *
 *	        in                              out
 *	x0      endpoint (reply: reply object)  status
 *	x1      tag                             tag of what came
 *	x2-x7   words 0 to 5                    words 0 to 5 of what came
 *	x9 x10  words 6 and 7                   words 6 and 7
 *	x11     reply object                    badge of the sender, or a notification's bits
 *	x8      number of the call
 *
 * Registers of words that did not come, and all others, are kept. Words from 8 on and
 * capabilities are in the threads' IPC buffers. After a failure only x0 has changed, except
 * where the text of a call says more.
 */
#pragma once

#include "abi/types.h"

enum {
	IPC_REGISTER_WORDS = 8,
	IPC_BUFFER_WORDS = 120,
	IPC_WORDS_MAX = IPC_REGISTER_WORDS + IPC_BUFFER_WORDS,
	IPC_CAPS_MAX = 4,
};

/*
 * A tag: bits 0-7 words; 8-10 capabilities; 12-15 received: which of the capabilities came
 * as badges; 16 received: no message, the bound notification's bits; 32-63 label, the
 * sender's own. Other bits are zero.
 */
enum {
	TAG_CAPS_SHIFT = 8,
	TAG_UNWRAPPED_SHIFT = 12,
	TAG_NOTIFICATION_BIT = 16,
	TAG_LABEL_SHIFT = 32,
};

#define TAG_NOTIFICATION ((word_t)1 << TAG_NOTIFICATION_BIT)

static inline word_t tag_make(word_t label, unsigned words, unsigned caps)
{
	return label << TAG_LABEL_SHIFT | (word_t)caps << TAG_CAPS_SHIFT | words;
}

static inline unsigned tag_words(word_t tag)
{
	return tag & 0xff;
}

static inline unsigned tag_caps(word_t tag)
{
	return tag >> TAG_CAPS_SHIFT & 7;
}

/* tag_unwrapped: a bit for each capability that came as a badge: buffer caps[i].cptr. */
static inline unsigned tag_unwrapped(word_t tag)
{
	return tag >> TAG_UNWRAPPED_SHIFT & 0xf;
}

static inline uint32_t tag_label(word_t tag)
{
	return (uint32_t)(tag >> TAG_LABEL_SHIFT);
}

/* A capability to send: where it is, and which of its rights the copy keeps. */
struct ipc_cap {
	word_t cptr;
	word_t rights;
};

/*
 * A thread's IPC buffer: at an address of its own choice, aligned to IPC_BUFFER_ALIGN. The
 * kernel reads and writes it as the thread itself could.
 */
enum { IPC_BUFFER_ALIGN = 2048 };

struct ipc_buffer {
	word_t words[IPC_BUFFER_WORDS];	   /* words 8 to 127 of a message */
	struct ipc_cap caps[IPC_CAPS_MAX]; /* to send; received: badges of unwrapped ones */
	word_t receive_cnode;		   /* where received capabilities go: a CNode, */
	word_t receive_first;		   /* the first of the slots in it, */
	word_t receive_count;		   /* and how many */
};

_Static_assert(sizeof(struct ipc_buffer) <= IPC_BUFFER_ALIGN, "it never crosses a page");

/*
 * enum fault_label: labels of the messages that a fault endpoint gets. Words: see enum
 * fault_word. An answer with label FAULT_RESUME lets the thread go on, with word 0, if there
 * is one, as its pc and word 1 as its x0; with any other label it is left stopped, as if
 * suspended.
 */
enum fault_label {
	FAULT_PAGE = 1,	       /* an access that its mappings do not explain */
	FAULT_ALIGNMENT = 2,   /* of an access, the stack pointer or the pc */
	FAULT_INSTRUCTION = 3, /* undefined, or one that EL0 may not use */
	FAULT_BREAKPOINT = 4,  /* brk, hardware breakpoint, watchpoint, single step */
	FAULT_SYSCALL = 5,     /* a system call with a number that no call has */
	FAULT_OTHER = 6,       /* SError and what else ESR_EL1 may tell */
};

/*
 * PAGE_MISSING: the label of the messages that a VMO's pager gets, under the badge of the
 * capability that vmo_set_pager was given: a thread waits for a page. Words: enum page_word. It
 * looks again when it is answered with label FAULT_RESUME, and asks again if the page is not
 * there. Any other label says that there will be none: then it has a page fault there, or its
 * call returns PEER_CLOSED.
 */
enum { PAGE_MISSING = 16 };

enum page_word {
	PAGE_WORD_OFFSET, /* in the VMO, in bytes: a page's start */
	PAGE_WORD_WRITE,  /* 1: it is wanted to be written to; 0: to be read or executed */
	PAGE_WORDS,
};

enum { FAULT_RESUME = 0, FAULT_STOP = 1 };

enum fault_word {
	FAULT_WORD_PC,	    /* of the instruction; FAULT_SYSCALL: behind it */
	FAULT_WORD_ADDRESS, /* FAR_EL1, where it means something; else 0 */
	FAULT_WORD_ESR,	    /* ESR_EL1; FAULT_SYSCALL: the number */
	FAULT_WORD_SP,
	FAULT_WORD_X0, /* x0 */
	FAULT_WORD_LR, /* x30 */
	FAULT_WORDS,
};
