/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What a timer or an interrupt line signals: a notification's capability, of which it holds
 * a copy in a slot of its own. Whoever revokes the original takes the copy as well.
 */
#pragma once

#include "cap/delete.h"

#include "invoke.h"

/* find_signal: the slot of a notification that may be signaled; NULL and OK for 0. */
static inline struct lookup find_signal(cptr_t notification)
{
	if (notification == 0)
		return (struct lookup){NULL, ST_OK, 0};
	return invoke_find(notification, OBJECT_NOTIFICATION, RIGHT_WRITE);
}

/*
 * signal_replace: let `own` hold a copy of what is in `source`; nothing if that is NULL.
 *
 *  => `own` is in the object that signals, where no program can name it
 *  => CAP_AGAIN: what stood there was a notification's last capability, and it goes
 */
must_check static inline status_t signal_replace(
	struct slot *own, struct slot *source, struct work *work)
{
	status_t st = slot_is_empty(own) ? ST_OK : cap_delete(own, work);

	if (st != ST_OK || !source)
		return st;
	return cap_copy(own, source, RIGHT_WRITE);
}
