/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * How long a call may run before it must look up: deleting, revoking and clearing count
 * their steps, and stop with CAP_AGAIN when what they were given is used up. All progress
 * is in the objects by then. The system call is then begun anew, from its arguments: if
 * the capabilities that it names are gone meanwhile it says so, as any other call would.
 */
#pragma once

#include "lib/base.h"

/* Beside ST_OK and the refusals: call again. Never leaves the kernel. */
enum { CAP_AGAIN = 1 };

/* One unit is about ten instructions. */
enum {
	WORK_EMPTY_SLOT = 1,
	WORK_DELETE = 10,
	WORK_CLEAR_PAGE = 60,
	WORK_DEFAULT = 500, /* some 5,000 instructions with interrupts masked, 12,000 at most */
};

struct work {
	int32_t left;
};

/* preemption_point: count what was just done; true if the caller must stop here. */
static inline bool preemption_point(struct work *work, int32_t units)
{
	work->left -= units;
	return work->left <= 0;
}

/*
 * work_share: of `steps`, which are much of a call's work, the part that the call has left: not
 * all of them on top of what was done before. At least a few, so that every call gets on.
 */
static inline uint64_t work_share(const struct work *work, uint64_t steps)
{
	uint64_t left = work->left > 0 ? (uint64_t)work->left : 0;

	return left < WORK_DEFAULT ? steps * left / WORK_DEFAULT + steps / 16 + 1 : steps;
}
