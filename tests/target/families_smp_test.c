/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* families.h through Quire's own calls. */
#include "libsys/boot.h"
#include "memory.h"

cptr_t pool;

typedef cptr_t vmo_t;

#define FAMILY_TEST WITH_POOL

static vmo_t make_one(uint64_t size)
{
	return make_vmo(size, VMO_OPTION_RESIZABLE);
}

static vmo_t clone_of(vmo_t vmo, uint64_t size)
{
	return make_child(vmo, VMO_CHILD_CLONE, 0, size);
}

static volatile uint8_t *window(vmo_t vmo, uint64_t size)
{
	return map(vmo, size, VSPACE_READ | VSPACE_WRITE);
}

static volatile uint8_t *window_from(vmo_t vmo, uint64_t offset, uint64_t size)
{
	uaddr_t at = 0;

	REQUIRE(vspace_map(ROOT_SLOT_VSPACE, vmo, offset, size, VSPACE_READ | VSPACE_WRITE,
			&at) == ST_OK);
	return (volatile uint8_t *)at;
}

static void no_window(volatile uint8_t *at, uint64_t size)
{
	unmap(at, size);
}

static int byte_of(vmo_t vmo, uint64_t offset)
{
	return peek(vmo, offset);
}

static void set_byte(vmo_t vmo, uint64_t offset, uint8_t value)
{
	EXPECT_EQ(poke(vmo, offset, value), ST_OK);
}

static void resize(vmo_t vmo, uint64_t size)
{
	EXPECT_EQ(vmo_set_size(vmo, size), ST_OK);
}

static void end(vmo_t vmo)
{
	drop(vmo);
}

#include "families.h"
