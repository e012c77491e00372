/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Every capability argument of every call, named wrongly. Which arguments there are, of what
 * type and with what rights, is what syscalls.def says (tests/manual/names makes named_calls
 * of it): a call that is added is tested, and a right that is written there and not asked for
 * fails.
 *
 * The calls are made by a worker in a CSpace of two levels, in which names can go wrong in
 * each way:
 *
 *	NARROW: 2^4 slots, no guard          first program's CNode
 *	   1  an endpoint                    guard 48 bits of 0
 *	   2  the way to the right  -------> 2^12 slots
 *
 *	2 << 60 | slot  is the first program's slot; with a bit between: another guard
 *	1 << 60         ends at an endpoint with 60 bits left
 */
#include <stdio.h>

#include "libsys/boot.h"
#include "libsys/irq.h"
#include "memory.h"
#include "workers.h"

enum { CAPS_MAX = 4, GROUPS_MAX = 3, PLAIN_MAX = 8, JOBS_MAX = 700, RIGHTS_CACHED = 32 };

struct named_call {
	const char *name;
	word_t number;
	unsigned count;
	word_t plain[PLAIN_MAX];
	struct {
		unsigned number; /* of the register */
		enum object type;
		unsigned rights[GROUPS_MAX]; /* of each one is needed; 0: no more */
	} caps[CAPS_MAX];
};

#include "names.h"

enum { CALLS = sizeof(named_calls) / sizeof(named_calls[0]), REPLY_REGISTER = 11 };

/* A call to make, what for, and what it is to return. */
static struct job {
	const struct named_call *call;
	unsigned cap;
	status_t want;
	word_t x[REPLY_REGISTER + 1];
	int64_t got;
} jobs[JOBS_MAX];

static unsigned job_count;
static cptr_t objects[OBJECT_TYPES];
static struct {
	cptr_t slot, of;
	unsigned rights;
} copies[RIGHTS_CACHED];
cptr_t pool;

static word_t wide(cptr_t slot)
{
	return UINT64_C(2) << 60 | slot;
}

/* A copy of the object of this type with the rights, made once. */
static cptr_t weaker(enum object type, unsigned rights)
{
	for (unsigned i = 0; i < RIGHTS_CACHED; i++) {
		if (!copies[i].slot) {
			copies[i].slot = with_rights(objects[type], rights);
			copies[i].of = objects[type];
			copies[i].rights = rights;
		}
		if (copies[i].of == objects[type] && copies[i].rights == rights)
			return copies[i].slot;
	}
	REQUIRE(false);
	return 0;
}

/* All its arguments are right but this one. */
static void add_job(const struct named_call *call, unsigned cap, word_t name, status_t want)
{
	struct job *job = &jobs[job_count++];

	REQUIRE(job_count <= JOBS_MAX);
	*job = (struct job){.call = call, .cap = cap, .want = want};
	memcpy(job->x, call->plain, sizeof(call->plain));
	for (unsigned i = 0; i < call->count; i++)
		job->x[call->caps[i].number] = wide(objects[call->caps[i].type]);
	job->x[call->caps[cap].number] = name;
}

static void add_jobs(const struct named_call *call, unsigned cap, cptr_t empty)
{
	enum object type = call->caps[cap].type;
	enum object other = type == OBJECT_TIMER ? OBJECT_REPLY : OBJECT_TIMER;

	add_job(call, cap, wide(empty), ST_BAD_HANDLE);
	add_job(call, cap, wide(empty) | UINT64_C(1) << 30, ST_NOT_FOUND);
	add_job(call, cap, UINT64_C(1) << 60, ST_OUT_OF_RANGE);
	if (type != OBJECT_NONE)
		add_job(call, cap, wide(objects[other]), ST_WRONG_TYPE);
	for (unsigned i = 0; i < GROUPS_MAX && call->caps[cap].rights[i]; i++)
		add_job(call, cap, wide(weaker(type, RIGHTS_ALL & ~call->caps[cap].rights[i])),
			ST_ACCESS_DENIED);
}

/* In the worker: nothing here may use a name of the first program's. */
static void make_the_calls(void *argument)
{
	(void)argument;
	for (struct job *job = jobs; job < jobs + job_count; job++) {
		uint64_t x[REGISTERS] = {0};

		memcpy(x, job->x, sizeof(job->x));
		x[8] = job->call->number;
		call_with(x);
		job->got = (int64_t)x[0];
	}
}

static cptr_t the_irq(void)
{
	cptr_t slot = make_slot();

	REQUIRE(irq_claim(ROOT_SLOT_IRQ_CONTROL, boot_info()->irq_lines - 1, IRQ_EDGE, slot) ==
		ST_OK);
	return slot;
}

static void make_objects(void)
{
	const enum object plain[] = {OBJECT_THREAD, OBJECT_ENDPOINT, OBJECT_NOTIFICATION,
		OBJECT_REPLY, OBJECT_TIMER};

	FOR_EACH(type, plain)
	objects[*type] = make(*type, 0);
	objects[OBJECT_UNTYPED] = make(OBJECT_UNTYPED, 12);
	objects[OBJECT_CNODE] = make(OBJECT_CNODE, 4);
	EXPECT_EQ(cap_copy_at(cap_in(objects[OBJECT_CNODE], 4, 1),
			  cap_at(objects[OBJECT_ENDPOINT]), RIGHTS_ALL),
		ST_OK);
	objects[OBJECT_POOL] = pool;
	objects[OBJECT_VMO] = make_vmo(PAGE, 0);
	REQUIRE(vspace_create(pool, &objects[OBJECT_VSPACE]) == ST_OK);
	objects[OBJECT_IRQ_CONTROL] = ROOT_SLOT_IRQ_CONTROL;
	objects[OBJECT_IRQ] = the_irq();
}

static void drop_objects(void)
{
	for (unsigned i = 0; i < RIGHTS_CACHED && copies[i].slot; i++)
		drop(copies[i].slot);
	memset(copies, 0, sizeof(copies));
	for (unsigned type = 1; type < OBJECT_TYPES; type++)
		if (objects[type] && type != OBJECT_POOL && type != OBJECT_IRQ_CONTROL)
			drop(objects[type]);
	memset(objects, 0, sizeof(objects));
}

/* A CNode whose slot 1 is an endpoint and slot 2 the way to the first program's. */
static cptr_t narrow_cspace(void)
{
	cptr_t narrow = make(OBJECT_CNODE, 4);

	EXPECT_EQ(
		cap_copy_at(cap_in(narrow, 4, 1), cap_at(objects[OBJECT_ENDPOINT]), RIGHTS_ALL),
		ST_OK);
	EXPECT_EQ(cap_mint_at(cap_in(narrow, 4, 2), cap_at(ROOT_SLOT_CNODE), RIGHTS_ALL,
			  guard_word(0, 48)),
		ST_OK);
	return narrow;
}

static void compare(void)
{
	for (const struct job *job = jobs; job < jobs + job_count; job++)
		if (job->got != job->want) {
			char what[64];

			snprintf(what, sizeof(what), "sys_%s, x%u", job->call->name,
				job->call->caps[job->cap].number);
			test_fail(__FILE__, __LINE__, what, job->got, job->want);
		}
}

WITH_POOL(names, that_are_wrong_are_refused_by_every_call_for_every_argument)
{
	cptr_t empty = make_slot(), narrow;

	make_objects();
	job_count = 0;
	FOR_EACH(call, named_calls)
	for (unsigned cap = 0; cap < call->count; cap++)
		add_jobs(call, cap, empty);
	EXPECT(job_count > 4 * CALLS);
	narrow = narrow_cspace();
	worker_finish(worker_make(
		0, make_the_calls, NULL, &(struct worker_options){.cspace = narrow}));
	compare();
	EXPECT_EQ(cap_revoke(narrow), ST_OK);
	drop(narrow);
	drop_objects();
	drop(empty);
}

/* cap_rotate has its names in memory. */
TEST(names, of_cap_rotate_are_refused_alike)
{
	cptr_t to = make_slot(), pivot = make(OBJECT_ENDPOINT, 0), empty = make_slot();
	cptr_t source = make(OBJECT_ENDPOINT, 0);
	struct bad_name bad[BAD_NAMES];

	bad_names(bad, empty, pivot);
	FOR_EACH(name, bad)
	{
		struct cap_rotation r = {cap_at(to), cap_at(pivot), cap_at(source), 0, 0};
		struct cap_rotation wrong[] = {r, r, r};

		wrong[0].to = wrong[1].pivot = wrong[2].source = name->place;
		FOR_EACH(rotation, wrong)
		EXPECT_EQ(cap_rotate(rotation), name->status);
	}
	EXPECT_EQ(cap_info_type(cap_info(pivot)), OBJECT_ENDPOINT);
	drop(to);
	drop(pivot);
	drop(empty);
	drop(source);
}
