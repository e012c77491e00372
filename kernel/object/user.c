/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "object/user.h"

#include "lib/string.h"

#include "arch/translate.h"

void *user_page(const struct thread *thread, uaddr_t va, bool write)
{
	const struct cap *space = &thread->slots[THREAD_VSPACE].cap;

	if (unlikely(space->type != OBJECT_VSPACE))
		return NULL;
	return user_translate(space->data, va, write);
}

static size_t within_page(uaddr_t va, size_t size)
{
	return min_u64(size, PAGE_SIZE - (va & (PAGE_SIZE - 1)));
}

status_t user_read(const struct thread *thread, void *to, uaddr_t from, size_t size)
{
	for (char *at = to; size;) {
		size_t some = within_page(from, size);
		const void *page = user_page(thread, from, false);

		if (!page)
			return ST_INVALID_ARGS;
		memcpy(at, page, some);
		at += some;
		from += some;
		size -= some;
	}
	return ST_OK;
}

status_t user_write(const struct thread *thread, uaddr_t to, const void *from, size_t size)
{
	for (const char *at = from; size;) {
		size_t some = within_page(to, size);
		void *page = user_page(thread, to, true);

		if (!page)
			return ST_INVALID_ARGS;
		memcpy(page, at, some);
		at += some;
		to += some;
		size -= some;
	}
	return ST_OK;
}
