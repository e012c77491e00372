/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "object/timer.h"

#include "invoke.h"
#include "signal.h"

static inline struct timer *timer_of(const struct lookup *lookup)
{
	return cap_object(&lookup->slot->cap);
}

int64_t sys_timer_bind(cptr_t timer, cptr_t notification)
{
	struct work work = {WORK_DEFAULT};
	struct lookup lookup = invoke_find(timer, OBJECT_TIMER, 0);
	struct lookup signal = find_signal(notification);

	if (lookup.status != ST_OK)
		return lookup.status;
	if (signal.status != ST_OK)
		return signal.status;
	return call_result(signal_replace(&timer_of(&lookup)->slot, signal.slot, &work));
}

int64_t sys_timer_set(cptr_t timer, word_t deadline)
{
	struct lookup lookup = invoke_find(timer, OBJECT_TIMER, 0);

	if (unlikely(lookup.status != ST_OK))
		return lookup.status;
	timer_arm(timer_of(&lookup), clock_count(deadline));
	return ST_OK;
}

int64_t sys_timer_cancel(cptr_t timer)
{
	struct lookup lookup = invoke_find(timer, OBJECT_TIMER, 0);

	if (lookup.status != ST_OK)
		return lookup.status;
	if (!timer_of(&lookup)->armed)
		return ST_NOT_FOUND;
	timer_disarm(timer_of(&lookup));
	return ST_OK;
}
