/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the cap layer costs, in AArch64 instructions: the kernel's own objects, counted by
 * the cycle counter of QEMU with -icount (one per instruction). Prints "name
 * instructions" a line; each operation is measured in trees of different sizes.
 */
#include "lib/format.h"

#include "arch/page.h"

#include "cap/cspace.h"
#include "cap/delete.h"
#include "cap/object.h"
#include "cap/tour.h"
#include "cap/untyped.h"

#define MEMORY UINT64_C(0x48000000)

enum { SLOTS = 1 << 14, WRITE0 = 4, PLENTY = 1 << 30 };

word_t semihost(word_t call, const void *argument);
noreturn void semihost_exit(void);
noreturn void count_main(void);

static struct slot slots[SLOTS];
static uint64_t overhead;

const struct object_type object_types[OBJECT_TYPES];

void page_zero(void *page)
{
	for (uint64_t *word = page; word < (uint64_t *)page + PAGE_SIZE / 8; word++)
		*word = 0;
}

noreturn void assert_fail(const char *file, int line, const char *condition)
{
	(void)line;
	semihost(WRITE0, file);
	semihost(WRITE0, condition);
	semihost_exit();
}

static uint64_t now(void)
{
	uint64_t count;

	__asm__ volatile("isb; mrs %0, pmccntr_el0" : "=r"(count) : : "memory");
	return count;
}

static void start_counter(void)
{
	uint64_t start;

	__asm__ volatile("msr pmccfiltr_el0, xzr; msr pmcntenset_el0, %0; msr pmcr_el0, %1; isb"
			 :
			 : "r"(BIT(31)), "r"(BIT(0) | BIT(2) | BIT(6)));
	start = now();
	overhead = now() - start;
}

static void report(const char *name, uint64_t begin, uint64_t end, uint64_t divide)
{
	char line[96];

	format(line, sizeof(line), "%s %lu\n", name, (end - begin - overhead) / divide);
	semihost(WRITE0, line);
}

#define COUNT(name, divide, statement) \
	do { \
		uint64_t begin_ = now(); \
		statement; \
		report(name, begin_, now(), divide); \
	} while (0)

static void retype(
	struct slot *untyped, word_t type, word_t size_bits, unsigned at, word_t count)
{
	struct retype r = {type, size_bits, count, &slots[at]};
	struct work work = {PLENTY};

	CHECK(untyped_retype(untyped, &r, &work) == ST_OK);
}

/* One capability among `others` that are derived from its source. */
static void count_single(unsigned others)
{
	struct work work = {PLENTY};
	struct slot *endpoint = &slots[2], *to = &slots[3];
	struct retype one = {OBJECT_ENDPOINT, 0, 1, to};
	status_t st;

	report("derived", 0, others + overhead, 1);
	for (unsigned i = 0; i < others; i++)
		CHECK(cap_copy(&slots[100 + i], i % 3 ? &slots[99 + i] : endpoint,
			      RIGHTS_ALL) == ST_OK);
	COUNT("copy", 1, st = cap_copy(to, endpoint, RIGHT_READ));
	CHECK(st == ST_OK);
	COUNT("delete", 1, st = cap_delete(to, &work));
	COUNT("mint", 1, st = cap_mint(to, endpoint, RIGHT_READ, 7));
	COUNT("move", 1, st = cap_move(&slots[4], to));
	COUNT("swap", 1, st = cap_swap(&slots[4], endpoint));
	CHECK(cap_swap(&slots[4], endpoint) == ST_OK && cap_delete(&slots[4], &work) == ST_OK);
	COUNT("retype_endpoint", 1, st = untyped_retype(&slots[1], &one, &work));
	CHECK(st == ST_OK);
	COUNT("delete_last", 1, st = cap_delete(to, &work));
	COUNT("revoke_each", others ? others : 1, st = cap_revoke(endpoint, &work));
	CHECK(st == ST_OK);
}

static void count_lookup(void)
{
	struct lookup l;
	struct cap root = cap_make(OBJECT_CNODE, 12, slots);

	root.data = guard_word(0, 52);
	COUNT("lookup_1", 1, l = cspace_find_cap(&root, 2));
	CHECK(l.slot == &slots[2]);
	retype(&slots[1], OBJECT_CNODE, 8, 10, 1);
	CHECK(cap_mutate(&slots[11], &slots[10], guard_word(0, 44)) == ST_OK);
	CHECK(cap_copy((struct slot *)cap_object(&slots[11].cap) + 3, &slots[2], 0) == ST_OK);
	root.data = 0;
	COUNT("lookup_2", 1, l = cspace_find_cap(&root, UINT64_C(11) << 52 | 3));
	CHECK(l.status == ST_OK);
}

static void count_large(void)
{
	struct work work = {PLENTY};
	status_t st;

	COUNT("retype_cnode_64k_slots_each_page", 512,
		retype(&slots[1], OBJECT_CNODE, 16, 12, 1));
	COUNT("delete_cnode_each_slot", 65536, st = cap_delete(&slots[12], &work));
	COUNT("retype_256_endpoints", 1, retype(&slots[1], OBJECT_ENDPOINT, 0, 5000, 256));
	COUNT("revoke_untyped_each", 259, st = cap_revoke(&slots[1], &work));
	CHECK(st == ST_OK);
	/* The longest that a preemptible call runs on before it returns. */
	retype(&slots[1], OBJECT_ENDPOINT, 0, 2, 1);
	for (unsigned i = 0; i < 5000; i++)
		CHECK(cap_copy(&slots[100 + i], &slots[2], RIGHTS_ALL) == ST_OK);
	work.left = WORK_DEFAULT;
	COUNT("stretch_revoke", 1, st = cap_revoke(&slots[2], &work));
	CHECK(st == CAP_AGAIN);
	work.left = PLENTY;
	CHECK(cap_revoke(&slots[1], &work) == ST_OK);
	retype(&slots[1], OBJECT_CNODE, 16, 12, 1);
	work.left = WORK_DEFAULT;
	COUNT("stretch_delete_cnode", 1, st = cap_delete(&slots[12], &work));
	CHECK(st == ST_OK); /* the rest is left to others (docs/decisions/0066) */
}

void count_main(void)
{
	static const unsigned others[] = {0, 1000, 10000};

	start_counter();
	cap_insert(NULL, &slots[1], untyped_make(MEMORY, 24, false));
	retype(&slots[1], OBJECT_ENDPOINT, 0, 2, 1);
	for (unsigned i = 0; i < ARRAY_SIZE(others); i++)
		count_single(others[i]);
	count_lookup();
	count_large();
	semihost_exit();
}
