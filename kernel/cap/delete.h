/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Deleting capabilities, and their objects with the last one.
 *
 * Both calls take `work` and return CAP_AGAIN when it is used up: begin the system call
 * anew. The kernel lock is held.
 */
#pragma once

#include "cap/cap.h"
#include "cap/work.h"

/*
 * cap_delete: empty a slot; what was derived from its capability then is derived from
 * what that was derived from. With the last capability goes the object.
 *
 *  => ST_OK (also for an empty slot) or CAP_AGAIN. Constant time unless an object goes
 *  => an object with slots becomes a Zombie first, and is emptied in steps. With ST_OK its
 * own slot is empty: what `work` allowed of the rest was done, before what others left, and
 * zombies_collect() does the rest
 */
must_check status_t cap_delete(struct slot *slot, struct work *work);

/*
 * cap_revoke: delete everything that was derived from a capability.
 *
 *  => BAD_HANDLE: the slot is empty or being deleted. ST_OK, CAP_AGAIN
 *  => one step for each capability that goes; objects with slots are emptied last, so
 * that everything else is gone even if `slot` or the caller itself stands in one of them.
 *     With ST_OK the slot may be gone as well
 */
must_check status_t cap_revoke(struct slot *slot, struct work *work);

/*
 * cap_is_last: whether no other capability to the object exists.
 *
 *  => true for types without objects of their own (Untyped, IRQ_CONTROL)
 */
bool cap_is_last(const struct slot *slot);
