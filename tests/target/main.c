/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The tests of one program, run as the first program; the boot argument only=NAME chooses.
 * Each must leave as many capabilities, and as much free memory in every Untyped, as it found.
 */
#include <stdio.h>

#include "libsys/boot.h"
#include "libsys/cap.h"
#include "libsys/untyped.h"
#include "test.h"

enum { NAME_MAX_SIZE = 64, SLOTS = 1 << ROOT_CNODE_BITS };

static int capabilities;
static int64_t free_bytes[BOOTINFO_UNTYPED_MAX];

static int count_capabilities(void)
{
	int count = 0;

	for (cptr_t slot = 0; slot < SLOTS; slot++)
		count += cap_info(slot) >= 0;
	return count;
}

static void note_resources(void)
{
	const struct bootinfo *info = boot_info();

	capabilities = count_capabilities();
	for (uint32_t i = 0; i < info->untyped_count; i++)
		free_bytes[i] = untyped_free(info->untyped_first + i);
}

static void compare_resources(void)
{
	const struct bootinfo *info = boot_info();

	EXPECT_EQ(count_capabilities(), capabilities);
	for (uint32_t i = 0; i < info->untyped_count; i++)
		EXPECT_EQ(untyped_free(info->untyped_first + i), free_bytes[i]);
}

int main(void)
{
	char only[NAME_MAX_SIZE] = "";
	const char *value;

	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	if (boot_argument("only", &value)) {
		size_t length = strcspn(value, " ");

		if (length >= sizeof(only))
			length = sizeof(only) - 1;
		memcpy(only, value, length);
	}
	test_around_each(note_resources, compare_resources);
	return test_run(only);
}
