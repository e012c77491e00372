/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The memory of programs, read and written as they could themselves: through their own
 * translations and rights, page by page, in the kernel's own map. What a fault of theirs would
 * bring is brought.
 */
#pragma once

#include "arch/translate.h"

#include "object/thread.h"

/*
 * user_resolve: where the kernel sees a byte of a thread's memory, up to the page's end.
 *
 *  => ST_INVALID_ARGS if the thread could not read it (write it); device memory neither.
 *     CAP_AGAIN. ST_MISSING: for the call to return
 *  => good until something else is resolved or changed
 */
must_check status_t user_resolve(
	const struct thread *thread, uaddr_t va, bool write, void **page_out);

/*
 * user_page: the same where nothing can be begun anew; NULL also if it takes too long.
 *
 *  => in line as long as nothing has to be brought: long messages need it
 */
void *user_page_slowly(const struct thread *thread, uaddr_t va, bool write);
static inline void *user_page(const struct thread *thread, uaddr_t va, bool write)
{
	void *page = NULL;

	if (likely(thread->slots[THREAD_VSPACE].cap.type == OBJECT_VSPACE))
		page = user_translate(thread->space, va, write);
	return likely(page) ? page : user_page_slowly(thread, va, write);
}

/*
 * user_read, user_write: copy from, to the memory of a thread.
 *
 *  => ST_INVALID_ARGS if a byte of the range is not the thread's to read (write); whole
 *     pages before it may have been copied by then. CAP_AGAIN, ST_MISSING
 */
must_check status_t user_read(const struct thread *thread, void *to, uaddr_t from, size_t size);
must_check status_t user_write(
	const struct thread *thread, uaddr_t to, const void *from, size_t size);
