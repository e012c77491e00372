/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What tests of capabilities share: objects that are there or end the program, and the names
 * that lead nowhere.
 */
#pragma once

#include "libsys/cap.h"
#include "libsys/slots.h"
#include "libsys/untyped.h"
#include "test.h"

/* An object of the first program's memory; drop() it. */
static inline cptr_t make(enum object type, unsigned size_bits)
{
	cptr_t cap = 0;

	REQUIRE(object_create(type, size_bits, &cap) == ST_OK);
	return cap;
}

static inline cptr_t make_slot(void)
{
	cptr_t slot = slot_alloc();

	REQUIRE(slot != 0);
	return slot;
}

/* Empty a slot, which may be empty, and give it back. */
static inline void drop(cptr_t cap)
{
	EXPECT_EQ(object_delete(cap), ST_OK);
}

static inline bool is_empty(cptr_t slot)
{
	return cap_info(slot) == ST_BAD_HANDLE;
}

/* Slots by names that are wrong, and what is said to each. */
struct bad_name {
	struct cap_place place;
	status_t status;
};

enum { BAD_NAMES = 8 };

/* `empty` is an empty slot, `other` holds a capability that is no CNode's. */
static inline void bad_names(struct bad_name names[BAD_NAMES], cptr_t empty, cptr_t other)
{
	names[0] = (struct bad_name){{empty, 16, 64}, ST_BAD_HANDLE};
	names[1] = (struct bad_name){{other, 16, 64}, ST_WRONG_TYPE};
	names[2] = (struct bad_name){{ROOT_SLOT_CNODE, 16, 0}, ST_OUT_OF_RANGE};
	names[3] = (struct bad_name){{ROOT_SLOT_CNODE, 16, 63}, ST_OUT_OF_RANGE};
	names[4] = (struct bad_name){{ROOT_SLOT_CNODE, 16, 65}, ST_OUT_OF_RANGE};
	names[5] = (struct bad_name){{ROOT_SLOT_CNODE, 16, UINT64_MAX}, ST_OUT_OF_RANGE};
	names[6] = (struct bad_name){{ROOT_SLOT_CNODE, 1 << ROOT_CNODE_BITS, 64}, ST_NOT_FOUND};
	names[7] = (struct bad_name){{UINT64_C(1) << 63, 16, 64}, ST_NOT_FOUND};
}
