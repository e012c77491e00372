/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Which memory is the program's own to read and write, before this layer does so for it. */
#include "handle.h"
#include "libsys/boot.h"
#include "libsys/vspace.h"

/* From the program's linker script. */
extern char _data_start[], _end[];

static bool is_within(uintptr_t at, size_t size, uintptr_t start, uintptr_t end)
{
	return at >= start && at <= end && size <= end - at;
}

/* Its variables, and the first thread's stack: what is there from start to end. */
static bool is_known(uintptr_t at, size_t size)
{
	uintptr_t top = boot_info()->stack_top;

	return is_within(at, size, (uintptr_t)_data_start, (uintptr_t)_end) ||
		is_within(at, size, top - boot_info()->stack_size, top);
}

/* What the accesses themselves would find, without the fault. */
static bool can(uintptr_t at, size_t size, unsigned access)
{
	uintptr_t page = at & ~(uintptr_t)(PAGE_SIZE - 1);

	if (size == 0)
		return true;
	if (at + size < at)
		return false;
	return vspace_populate(ROOT_SLOT_VSPACE, page, at + size - page, access) == ST_OK;
}

bool zircon_can_read(const void *from, size_t size)
{
	return is_known((uintptr_t)from, size) || can((uintptr_t)from, size, VSPACE_READ);
}

bool zircon_can_write(const void *to, size_t size)
{
	return is_known((uintptr_t)to, size) || can((uintptr_t)to, size, VSPACE_WRITE);
}
