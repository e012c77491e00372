/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "object/notification.h"
#include "object/sched.h"

#include "syscall/invoke.h"

int64_t sys_yield(void)
{
	struct thread *thread = caller();

	thread->context.x[0] = ST_OK;
	sched_yield();
	return ST_OK;
}

int64_t sys_signal(cptr_t cptr)
{
	struct lookup lookup = invoke_find(cptr, OBJECT_NOTIFICATION, RIGHT_WRITE);

	if (lookup.status != ST_OK)
		return lookup.status;
	notification_signal_cap(&lookup.slot->cap);
	return ST_OK;
}
