/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Which slots of this program's CNode are free: a bit for each, taken and given back by
 * atomic operations, so that any thread may do so at any time and none waits for another.
 */
#pragma once

#include "abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SLOTS_ALLOC_MAX = 256 };

/*
 * slots_alloc: take neighbouring slots, as retype fills.
 *
 *  count      1 to SLOTS_ALLOC_MAX
 *  first_out  the first one's cptr
 *  returns    ST_OK
 *             ST_NO_RESOURCES  not so many side by side
 *             ST_OUT_OF_RANGE  none, or more than SLOTS_ALLOC_MAX
 */
status_t slots_alloc(unsigned count, cptr_t *first_out);

/* slots_free: give them back, all or some; they are empty. */
void slots_free(cptr_t first, unsigned count);

/* slot_alloc: one slot; 0, which is never a free one, if there is none left. */
cptr_t slot_alloc(void);

/* slot_free: give one back; it is empty. 0 is no slot and may be given. */
void slot_free(cptr_t slot);

#ifdef __cplusplus
}
#endif
