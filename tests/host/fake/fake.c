/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "fake.h"

#include <string.h>

struct fake_machine fake;

void fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	CHECK(frame_init(fake.frames, FAKE_BASE, FAKE_FRAMES));
}

void *mmu_window(paddr_t pa)
{
	uint64_t number = (pa - FAKE_BASE) >> PAGE_BITS;

	fake.calls++;
	CHECK(number < FAKE_FRAMES && (pa & (PAGE_SIZE - 1)) == 0);
	return fake.memory[number];
}

void fake_wrote(paddr_t pa)
{
	uint64_t number = (pa - FAKE_BASE) >> PAGE_BITS;

	CHECK(!fake.uncached[number]); /* a cached line may come over it later */
	fake.unfetched[number] = true;
	fake.cached[number] = true;
}

void mmu_page_zero(paddr_t page)
{
	fake_wrote(page);
	memset(mmu_window(page), 0, FAKE_FRAME_BYTES);
}

void mmu_page_copy(paddr_t to, paddr_t from)
{
	fake_wrote(to);
	memcpy(mmu_window(to), mmu_window(from), FAKE_FRAME_BYTES);
}

void mmu_sync_code(paddr_t page)
{
	mmu_window(page);
	fake.unfetched[(page - FAKE_BASE) >> PAGE_BITS] = false;
}

void mmu_sync_uncached(paddr_t page)
{
	uint64_t number = (page - FAKE_BASE) >> PAGE_BITS;

	mmu_window(page);
	fake.cached[number] = false;
	fake.uncached[number] = false;
}

void mmu_table_borrow(pte_t *to, const pte_t *from, unsigned level)
{
	fake.calls++;
	for (unsigned i = 0; i < 1 << TABLE_BITS; i++)
		to[i] = pte_is_none(from[i]) ? from[i] : pte_borrowed(from[i], level);
}

/* Break before make: nothing remembered may stem from this slot with another output. */
void mmu_write(pte_t *slot, pte_t entry)
{
	for (unsigned i = 0; i < fake.lines && !pte_is_none(entry); i++) {
		const struct fake_line *l = &fake.line[i];

		if (l->slot == slot)
			CHECK(l->pa == pte_pa(entry, l->level));
	}
	fake.calls++;
	*slot = entry;
}

void mmu_flush(uint16_t asid, uaddr_t va, uint64_t pages)
{
	uint64_t first = va >> PAGE_BITS;
	unsigned kept = 0;

	fake.calls++;
	for (unsigned i = 0; i < fake.lines; i++) {
		const struct fake_line *l = &fake.line[i];
		uint64_t span = UINT64_C(1) << (TABLE_BITS * l->level);

		if (l->asid != asid || l->page >= first + pages || l->page + span <= first)
			fake.line[kept++] = *l;
	}
	fake.lines = kept;
}

static void remember(const struct fake_line *line)
{
	for (unsigned i = 0; i < fake.lines; i++)
		if (memcmp(&fake.line[i], line, sizeof(*line)) == 0)
			return;
	CHECK(fake.lines < FAKE_LINES);
	fake.line[fake.lines++] = *line;
}

/* Caches: what the machine fetches, or reads beside them, is what was written. */
static void check_caches(const struct fake_line *l, bool uncached)
{
	uint64_t number = (l->pa - FAKE_BASE) >> PAGE_BITS;

	if (number >= FAKE_FRAMES)
		return;
	CHECK(!l->execute || !fake.unfetched[number]);
	CHECK(!uncached || !fake.cached[number]);
	fake.uncached[number] = fake.uncached[number] || uncached;
}

static bool walk(paddr_t root, uint16_t asid, uint64_t page, struct fake_line *out, bool learn)
{
	paddr_t table = root;
	bool write = true, execute = true;

	for (unsigned level = VSPACE_LEVELS; level-- > 0;) {
		uint64_t index = page >> (TABLE_BITS * level) & ((1 << TABLE_BITS) - 1);
		const pte_t *slot = (const pte_t *)mmu_window(table) + index;

		if (pte_is_none(*slot))
			return false;
		write = write && pte_can_write(*slot, level);
		execute = execute && pte_can_execute(*slot, level);
		table = pte_pa(*slot, level);
		memset(out, 0, sizeof(*out));
		out->asid = asid;
		out->level = (uint8_t)level;
		out->write = write;
		out->execute = execute;
		out->page = page >> (TABLE_BITS * level) << (TABLE_BITS * level);
		out->pa = table;
		out->slot = slot;
		if (learn)
			remember(out);
		if (learn && level == 0)
			check_caches(out, pte_is_uncached(*slot));
	}
	return true;
}

bool fake_walk(paddr_t root, uint16_t asid, uint64_t page, struct fake_line *line_out)
{
	return walk(root, asid, page, line_out, false);
}

void fake_learn(paddr_t root, uint16_t asid)
{
	struct fake_line line;

	for (uint64_t page = 0; page < UINT64_C(1) << (TABLE_BITS * VSPACE_LEVELS); page++)
		walk(root, asid, page, &line, true);
}
