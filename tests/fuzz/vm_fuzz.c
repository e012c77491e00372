/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The lock-step test driven by coverage: bytes become operations, everything is checked
 * after each. Build with clang -fsanitize=fuzzer,address,undefined; corpus in corpus/.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "world.h"

noreturn void assert_fail(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, condition);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* wind_up: every mapping and VMO goes, and nothing may be left. */
static void wind_up(void)
{
	struct mapping spare[2];
	bool gone;

	world_work = world_frames = UINT64_MAX;
	world_abandon = false;
	for (int i = 0; i < WORLD_MAPPINGS; i++) {
		if (world.mapped[i])
			unmap_part(&world.map[i], world.map[i].first, world.map[i].pages, spare,
				&gone);
		world.mapped[i] = false;
	}
	for (int i = 0; i < 2 * WORLD_VMOS; i++) /* slices first: they hold others open */
		world_do(&(struct op){.kind = OP_CLOSE, .vmo = i % WORLD_VMOS});
	world_check();
	world_fini();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	world_other = size && data[0] & 0x20 ? FAKE_FRAMES / 4 : 0;
	world_init();
	for (; size >= 6; data += 6, size -= 6) {
		struct op o = {.kind = data[0] >= 240 ? OP_SUPPLY : data[0] % OP_SUPPLY,
			.vmo = data[1] & 7};

		world_work = data[0] & 0x80 ? 1 + (data[1] >> 5) : UINT64_MAX;
		world_abandon = (data[0] & 0x40) != 0 && (data[0] & 0x80) != 0;
		world_frames = data[1] & 8 ? data[1] >> 4 : UINT64_MAX;
		o.a = data[2] & 31;
		o.b = data[3] & 31;
		o.c = data[4] & 63;
		o.d = o.kind == OP_MAP ? (data[5] & 7) << 4 | (data[5] >> 3 & 1) : data[5] & 7;
		if (o.kind == OP_RUN) {
			o.a &= 7;
			o.b &= 3;
			o.c &= 1;
		}
		if (o.kind == OP_CREATE)
			o.c = o.c > 47;
		if (o.kind == OP_SUPPLY) {
			o.b &= 7;
			o.c &= 7;
		}
		if (o.kind == OP_CREATE || o.kind == OP_RESIZE)
			o.a &= 15;
		if (o.kind >= OP_CLONE && o.kind <= OP_SLICE) {
			o.a &= 7;
			o.b &= 15;
			o.c &= 15;
			if (o.a >= WORLD_VMOS)
				continue;
		}
		world_do(&o);
		world_check();
	}
	wind_up();
	return 0;
}
