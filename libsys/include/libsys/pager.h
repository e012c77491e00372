/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Pagers: programs that bring the pages of a VMO when they are first touched.
 *
 *	thread                  kernel                    pager
 *	                                                  vmo_set_pager(vmo, badged endpoint)
 *	touches a page  ----->  it is missing  -------->  ipc_recv: page_is_missing(&m)
 *	  waits                                           prepares the page in a VMO of its own
 *	                        it is there    <--------  vmo_supply(vmo, offset, ...)
 *	goes on         <-----                 <--------  ipc_reply(page_supplied)
 *
 * A thread that touches a missing page, through a mapping of the VMO or of whatever clone of it,
 * or by a system call, sends PAGE_MISSING (abi/ipc.h) and looks again when it is answered. Who
 * answers without supplying is asked again. Pages may be supplied before they are asked for, and
 * several at once; what is there is the VMO's content as any other. VMO_OP_DECOMMIT makes it
 * missing again; SNAPSHOT clones of it are refused (ST_BAD_STATE).
 *
 * A pager holds a capability to the VMO as long as it means to supply it. When the last one goes
 * clones keep what they show; what was missing stays missing in them, and nobody is asked. An IPC
 * buffer is not to be in such memory: messages find no buffer where a page is missing.
 *
 * Of names that are wrong, all return ST_BAD_HANDLE, ST_WRONG_TYPE, ST_OUT_OF_RANGE or
 * ST_NOT_FOUND; of a right that is missing, ST_ACCESS_DENIED. A refused call has changed nothing.
 */
#pragma once

#include <stdbool.h>

#include "abi/syscalls.h"

#include "libsys/ipc.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * vmo_set_pager: choose who is asked for the pages of a VMO (right PROPERTY) that it has not got.
 *
 *  endpoint  rights WRITE and GRANT or GRANT_REPLY; its badge tells the pager which VMO it is. 0:
 *            nobody, from now on: threads that touch a missing page have a page fault, calls
 *            return ST_PEER_CLOSED. The same when the endpoint goes
 *  returns   ST_OK; a VMO that has, or had, a pager gets another one in its place
 *            ST_BAD_STATE  it never had one, and was read or written already, is mapped, has
 *                          children, is a child, contiguous or physical or not CACHED; or
 *                          `endpoint` is 0
 */
static inline status_t vmo_set_pager(cptr_t vmo, cptr_t endpoint)
{
	return (status_t)sys_vmo_set_pager(vmo, endpoint);
}

/*
 * vmo_supply: make the missing pages in a range of a VMO (right WRITE).
 *
 *  offset         of the range, in bytes; a page's start, as the others
 *  size           of it; what is not missing in it stays as it is
 *  source         what to make them of (rights READ and WRITE). Pages that it alone owns, of the
 *                 same Pool, change hands: it shows zeros there afterwards. Others are copied
 *  source_offset  in the source
 *  returns        ST_OK. Else it may have been done for some first part
 *                 ST_INVALID_ARGS  an offset or the size is within a page
 *                 ST_OUT_OF_RANGE  beyond the end of one of the two
 *                 ST_BAD_STATE     nothing of the VMO can be missing; the source is the same VMO,
 *                                  is a clone, or is not CACHED
 *                 ST_PEER_CLOSED   a page is missing in the source itself (its pager is not asked)
 *                 ST_NO_MEMORY     a Pool has no page
 */
status_t vmo_supply(
	cptr_t vmo, uint64_t offset, uint64_t size, cptr_t source, uint64_t source_offset);

/* page_is_missing: is this message of a thread that waits for a page? enum page_word: which. */
static inline bool page_is_missing(const struct message *message)
{
	return tag_label(message->tag) == PAGE_MISSING && tag_words(message->tag) == PAGE_WORDS;
}

/* page_supplied: the tag of the answer that lets it look again. */
static inline word_t page_supplied(void)
{
	return tag_make(FAULT_RESUME, 0, 0);
}

/* page_refused: of the answer that there will be no such page: it has a page fault there. */
static inline word_t page_refused(void)
{
	return tag_make(FAULT_STOP, 0, 0);
}

#ifdef __cplusplus
}
#endif
