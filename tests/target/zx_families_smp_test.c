/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* families.h through Zircon's interface. */
#include "zx.h"

typedef zx_handle_t vmo_t;

#define FAMILY_TEST ZX_TEST

static vmo_t make_one(uint64_t size)
{
	return make_vmo(size, 0);
}

static vmo_t clone_of(vmo_t vmo, uint64_t size)
{
	return make_clone(vmo, COW, 0, size);
}

static volatile uint8_t *window(vmo_t vmo, uint64_t size)
{
	return map(vmo, size);
}

static volatile uint8_t *window_from(vmo_t vmo, uint64_t offset, uint64_t size)
{
	zx_vaddr_t at = 0;

	REQUIRE(zx_vmar_map(zx_vmar_root_self(), RW, 0, vmo, offset, size, &at) == ZX_OK);
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
	EXPECT_EQ(poke(vmo, offset, value), ZX_OK);
}

static void resize(vmo_t vmo, uint64_t size)
{
	EXPECT_EQ(zx_vmo_set_size(vmo, size), ZX_OK);
}

static void end(vmo_t vmo)
{
	drop(vmo);
}

#include "families.h"

/* --- handles */

/* Closes what others use: each use is of that object, or refused. */
static void use_and_close(void *argument)
{
	struct writer *w = argument;

	for (unsigned round = 0; round < 50; round++) {
		zx_handle_t own = ZX_HANDLE_INVALID;
		int byte;

		w->wrong += zx_vmo_create(PAGE, 0, &own) != ZX_OK;
		w->wrong += poke(own, 0, w->value) != ZX_OK;
		__atomic_store_n(&w->vmo, own, __ATOMIC_RELEASE);
		for (unsigned i = 0; i < WRITERS; i++) {
			zx_handle_t other = __atomic_load_n(&writers[i].vmo, __ATOMIC_ACQUIRE);

			byte = peek(other, 0);
			w->wrong += byte != ZX_ERR_BAD_HANDLE && byte != writers[i].value;
			if (i == (w->value + 1u) % WRITERS && round % 8 == 0)
				(void)zx_handle_close(other);
		}
		(void)zx_handle_close(own);
	}
}

ZX_TEST(handles, are_closed_under_those_who_use_them)
{
	for (unsigned i = 0; i < WRITERS; i++)
		writers[i] = (struct writer){.value = (uint8_t)i};
	start_writers(use_and_close, 0);
	finish_writers();
}
