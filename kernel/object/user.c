/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "object/user.h"

#include "lib/string.h"

#include "object/vspace.h"

enum { TRIES = 4, TRIES_AT_ONCE = 64 };

/* One try: ST_SHOULD_WAIT if another may bring it. */
static status_t resolve(const struct thread *thread, uaddr_t va, bool write, void **page_out)
{
	const struct cap *cap = &thread->slots[THREAD_VSPACE].cap;
	status_t st;

	if (unlikely(cap->type != OBJECT_VSPACE))
		return ST_INVALID_ARGS;
	*page_out = user_translate(thread->space, va, write);
	if (likely(*page_out))
		return ST_OK;
	if (va >= USER_LIMIT)
		return ST_INVALID_ARGS;
	st = vspace_resolve(vspace_of(cap), va, write ? MAP_WRITE : MAP_READ);
	if (st != ST_OK)
		return st;
	*page_out = user_translate(thread->space, va, write);
	return *page_out ? ST_OK : ST_INVALID_ARGS;
}

static status_t try_to_resolve(
	const struct thread *thread, uaddr_t va, bool write, unsigned tries, void **page_out)
{
	status_t st;

	do
		st = resolve(thread, va, write, page_out);
	while (unlikely(st == ST_SHOULD_WAIT) && --tries);
	if (likely(st == ST_OK))
		return ST_OK;
	if (unlikely(st == ST_MISSING)) {
		vm_work.missing_user = true;
		return st;
	}
	return st == ST_SHOULD_WAIT ? CAP_AGAIN : ST_INVALID_ARGS;
}

status_t user_resolve(const struct thread *thread, uaddr_t va, bool write, void **page_out)
{
	return try_to_resolve(thread, va, write, TRIES, page_out);
}

void *user_page_slowly(const struct thread *thread, uaddr_t va, bool write)
{
	void *page;

	return try_to_resolve(thread, va, write, TRIES_AT_ONCE, &page) == ST_OK ? page : NULL;
}

static size_t within_page(uaddr_t va, size_t size)
{
	return min_u64(size, PAGE_SIZE - (va & (PAGE_SIZE - 1)));
}

status_t user_read(const struct thread *thread, void *to, uaddr_t from, size_t size)
{
	for (char *at = to; size;) {
		size_t some = within_page(from, size);
		void *page;
		status_t st = user_resolve(thread, from, false, &page);

		if (unlikely(st != ST_OK))
			return st;
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
		void *page;
		status_t st = user_resolve(thread, to, true, &page);

		if (unlikely(st != ST_OK))
			return st;
		memcpy(page, at, some);
		at += some;
		to += some;
		size -= some;
	}
	return ST_OK;
}
