/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The supervisor of the system-call fuzzer (attack/attack.h). Boot arguments: seed=N, calls=N
 * (how many at least), cpus=N. With one CPU under -icount a run is the same each time.
 */
#include <stdio.h>
#include <stdlib.h>

#include "attack/attack.h"
#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/ipc.h"
#include "libsys/irq.h"
#include "libsys/notification.h"
#include "libsys/thread.h"
#include "objects.h"

enum {
	CALLS_DEFAULT = 100000,
	WORKERS_PER_CPU = 3,
	OTHER_THREADS = 4,    /* that only the fuzz threads start */
	MEMORY_BITS = 20,     /* of a round; an eighth of it is the fuzz threads' own Untyped */
	LINES_PER_TICK = 192, /* rewritten */
	GIVEN_PER_TICK = 12,  /* of a CSpace's slots */
	TICK_NS = 1500000,
	ROUND_TICKS = 100, /* on average */
	STUCK_TICKS = 3,   /* until a thread that waits is started anew */
	IDLE_TICKS = 4000, /* without a call: something is wrong */
	PRIORITY_SUPERVISOR = 210,
	PRIORITY_HANDLER = 200,
	PRIORITY_WORKER = 100,
	PRIORITY_WORKER_MAX = 150,
	BADGE_OUT = 77,
	BADGE_WORKER = 100,
	LINE_FIRST = 100, /* interrupts that nothing raises */
	STACK_SIZE = 32768,
	SEED_DEFAULT = 1,
};

static struct {
	unsigned cpus, workers;
	cptr_t memory;	 /* Untyped of all that is fuzzed */
	cptr_t endpoint; /* faults, and what the fuzz threads send out */
	cptr_t signal;	 /* what they signal */
	cptr_t reply;
	cptr_t handler;
	cptr_t fault[FUZZ_THREADS]; /* with each worker's badge */
	cptr_t slots;		    /* of what they get, in the order of their own */
	cptr_t cnode_guarded, probe;
	unsigned rounds, restarts, destroyed;
	volatile unsigned faults, messages, strangers;
	bool stop;
} fuzz;

/* What is known of a worker. */
static struct {
	unsigned stuck;
} workers[FUZZ_THREADS];

static _Alignas(16) char stack[STACK_SIZE];

static uint64_t number_argument(const char *name, uint64_t otherwise)
{
	const char *value;

	return boot_argument(name, &value) ? strtoull(value, NULL, 0) : otherwise;
}

static uint64_t calls_begun(void)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < CALLS_COUNTED; i++)
		sum += *(volatile uint64_t *)&fuzz_begun[i];
	return sum;
}

static bool in_stub(uint64_t pc)
{
	return pc >= (uint64_t)fuzz_stub && pc < (uint64_t)fuzz_stub_end;
}

/* --- faults */

/*
 * A worker that strayed comes back to the stub. One that faults there has lost its address
 * space: it is left stopped until the watchdog comes by.
 */
static word_t judge(struct message *m)
{
	uint64_t pc = m->words[FAULT_WORD_PC];

	if (m->badge == BADGE_OUT) {
		fuzz.messages++; /* perhaps of a fault, too */
		return tag_make(FAULT_STOP, 0, 0);
	}
	if (m->badge < BADGE_WORKER || m->badge >= BADGE_WORKER + fuzz.workers)
		fuzz.strangers++;
	fuzz.faults++;
	if (tag_label(m->tag) == FAULT_SYSCALL)
		return tag_make(FAULT_RESUME, 0, 0);
	if (in_stub(pc))
		return tag_make(FAULT_STOP, 0, 0);
	m->words[0] = (word_t)fuzz_stub;
	return tag_make(FAULT_RESUME, 1, 0);
}

static void handle(void *argument)
{
	struct message m = {0};
	status_t st = ipc_recv(fuzz.endpoint, fuzz.reply, &m);

	(void)argument;
	for (;;) {
		if (st != ST_OK) /* who called went before it was answered */
			st = ipc_recv(fuzz.endpoint, fuzz.reply, &m);
		m.tag = judge(&m);
		st = ipc_reply_recv(fuzz.endpoint, fuzz.reply, &m);
	}
}

/* --- the objects of a round */

static cptr_t slot_of(unsigned number)
{
	return fuzz.slots + number;
}

static struct cap_place place_of(unsigned number)
{
	return cap_in(slot_of(FUZZ_CNODE), FUZZ_RADIX, number);
}

static void retype(enum object type, unsigned size_bits, unsigned number, unsigned count)
{
	cptr_t from = fuzz_random(2) ? slot_of(FUZZ_UNTYPED) : fuzz.memory;

	REQUIRE(untyped_retype(from, type, size_bits, slot_of(number), count) == ST_OK);
}

/* Some with fewer rights or a badge. */
static void give(unsigned number, unsigned count, word_t badge)
{
	for (unsigned i = 0; i < count; i++) {
		struct cap_place to = place_of(number + i), from = cap_at(slot_of(number + i));
		word_t rights = i % 2 ? fuzz_random(256) : RIGHTS_ALL;

		REQUIRE(cap_mint_at(to, from, rights, i ? badge * i : 0) == ST_OK);
	}
}

static void give_copies(unsigned number, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		REQUIRE(cap_copy_at(place_of(number + i), cap_at(slot_of(number + i)),
				RIGHTS_ALL) == ST_OK);
}

static void make_objects(void)
{
	REQUIRE(untyped_retype(fuzz.memory, OBJECT_UNTYPED, MEMORY_BITS - 3,
			slot_of(FUZZ_UNTYPED), 1) == ST_OK);
	retype(OBJECT_CNODE, FUZZ_RADIX, FUZZ_CNODE, 1);
	retype(OBJECT_CNODE, FUZZ_SMALL_RADIX, FUZZ_SMALL, FUZZ_SMALLS);
	retype(OBJECT_ENDPOINT, 0, FUZZ_ENDPOINT, FUZZ_OF_EACH);
	retype(OBJECT_NOTIFICATION, 0, FUZZ_NOTIFICATION, FUZZ_OF_EACH);
	retype(OBJECT_REPLY, 0, FUZZ_REPLY, FUZZ_OF_EACH);
	retype(OBJECT_TIMER, 0, FUZZ_TIMER, FUZZ_OF_EACH);
	for (unsigned i = 0; i < fuzz.workers; i++)
		retype(OBJECT_THREAD, 0, FUZZ_THREAD + i, 1);
	retype(OBJECT_THREAD, 0, FUZZ_THREAD + fuzz.workers, OTHER_THREADS);
}

static void give_objects(void)
{
	word_t guard = guard_word(0, 64 - FUZZ_RADIX);

	REQUIRE(cap_mint(fuzz.cnode_guarded, slot_of(FUZZ_CNODE), RIGHTS_ALL, guard) == ST_OK);
	REQUIRE(cap_copy_at(place_of(FUZZ_CNODE), cap_at(fuzz.cnode_guarded), RIGHTS_ALL) ==
		ST_OK);
	give_copies(FUZZ_SMALL, FUZZ_SMALLS);
	give(FUZZ_ENDPOINT, FUZZ_OF_EACH, 1);
	give(FUZZ_NOTIFICATION, FUZZ_OF_EACH, 1);
	give_copies(FUZZ_REPLY, FUZZ_OF_EACH);
	give_copies(FUZZ_TIMER, FUZZ_OF_EACH);
	give_copies(FUZZ_THREAD, fuzz.workers + OTHER_THREADS);
	give_copies(FUZZ_LASTING, FUZZ_LASTINGS);
	REQUIRE(cap_move_at(place_of(FUZZ_UNTYPED), cap_at(slot_of(FUZZ_UNTYPED))) == ST_OK);
}

/* What they lost they may get again, if the slot is free and the object lives. */
static void give_again(void)
{
	for (unsigned i = 0; i < GIVEN_PER_TICK; i++) {
		unsigned number = (unsigned)fuzz_random(FUZZ_EMPTY);
		cptr_t from = number == FUZZ_CNODE ? fuzz.cnode_guarded : slot_of(number);

		if (fuzz_random(4) == 0)
			(void)cap_delete_at(place_of(number));
		(void)cap_copy_at(place_of(number), cap_at(from), RIGHTS_ALL);
	}
	(void)untyped_retype_in(
		fuzz.memory, OBJECT_UNTYPED, 13, slot_of(FUZZ_CNODE), FUZZ_UNTYPED, 1);
}

/* Start a worker, or start it anew: false if it, or its CSpace, is not there any more. */
static bool start(unsigned worker)
{
	cptr_t thread = slot_of(FUZZ_THREAD + worker);
	struct thread_registers registers = {
		.pc = (uint64_t)fuzz_stub, .x = {[20] = fuzz_random(0)}};
	char name[] = "fuzz00";

	name[4] = (char)('0' + worker / 10);
	name[5] = (char)('0' + worker % 10);
	workers[worker].stuck = 0;
	for (;;) {
		status_t st = thread_suspend(thread);

		if (st == ST_OK)
			st = thread_configure(thread, fuzz.cnode_guarded, ROOT_SLOT_VSPACE,
				fuzz.fault[worker], fuzz_block(worker));
		if (st == ST_OK)
			st = thread_write_registers(thread, &registers);
		if (st == ST_BAD_STATE) /* another has resumed it */
			continue;
		if (st != ST_OK)
			return false;
		break;
	}
	return thread_set_priority(thread, ROOT_SLOT_THREAD, PRIORITY_WORKER) == ST_OK &&
		thread_set_priority_max(thread, ROOT_SLOT_THREAD, PRIORITY_WORKER_MAX) ==
		ST_OK &&
		thread_set_cpu(thread, ROOT_SLOT_THREAD, worker % fuzz.cpus) == ST_OK &&
		thread_set_name(thread, name) == ST_OK && thread_resume(thread) == ST_OK;
}

/* False if it was destroyed. */
static bool watch(unsigned worker)
{
	struct thread_info info;

	if (thread_info(slot_of(FUZZ_THREAD + worker), &info) != ST_OK)
		return false;
	if (info.state == THREAD_READY && (info.pc == 0 || in_stub(info.pc)) &&
		fuzz_random(64) != 0)
		return true;
	if (info.state > THREAD_READY && workers[worker].stuck++ < STUCK_TICKS)
		return true;
	fuzz.restarts++;
	return start(worker);
}

/* --- what must hold */

/* Nothing of a type that nobody gave them, and no right that a type does not have. */
static void check_capabilities(void)
{
	for (unsigned i = 0; i < FUZZ_SLOTS; i++) {
		int64_t info;

		if (cap_copy_at(cap_at(fuzz.probe), place_of(i), RIGHTS_ALL) != ST_OK)
			continue;
		info = cap_info(fuzz.probe);
		EXPECT(info < 0 ||
			(cap_info_type(info) != OBJECT_IRQ_CONTROL &&
				cap_info_type(info) != OBJECT_VMO &&
				cap_info_type(info) < OBJECT_TYPES));
		EXPECT_EQ(cap_delete(fuzz.probe), ST_OK);
	}
}

static void end_round(void)
{
	check_capabilities();
	EXPECT_EQ(cap_revoke(fuzz.memory), ST_OK);
	EXPECT_EQ(untyped_free(fuzz.memory), 1 << MEMORY_BITS);
	for (unsigned i = 0; i < FUZZ_SLOTS; i++)
		EXPECT_EQ(is_empty(slot_of(i)),
			i < FUZZ_LASTING || i >= FUZZ_LASTING + FUZZ_LASTINGS);
	EXPECT(is_empty(fuzz.cnode_guarded));
}

/* --- rounds */

static void rewrite(unsigned lines)
{
	for (unsigned i = 0; i < lines; i++)
		fuzz_write_line(fuzz_script[fuzz_random(SCRIPT_LINES)]);
	fuzz_write_block((unsigned)fuzz_random(ARENA_BLOCKS));
}

static bool tick(void)
{
	bool all = true;

	rewrite(LINES_PER_TICK);
	give_again();
	clock_sleep_ns(TICK_NS);
	for (unsigned i = 0; i < fuzz.workers && all; i++)
		all = watch(i);
	return all;
}

static void run_round(uint64_t goal)
{
	uint64_t ticks = fuzz_random((uint64_t)2 * ROUND_TICKS), idle = 0,
		 before = calls_begun();
	bool all = true;

	make_objects();
	give_objects();
	for (unsigned i = 0; i < fuzz.workers && all; i++)
		all = start(i);
	for (; all && ticks > 0 && calls_begun() < goal; ticks--) {
		all = tick();
		idle = calls_begun() == before ? idle + 1 : 0;
		before = calls_begun();
		REQUIRE(idle < IDLE_TICKS);
	}
	fuzz.rounds++;
	fuzz.destroyed += !all;
	end_round();
}

/* The smallest range of device memory, to make Untypeds of. */
static cptr_t find_device(void)
{
	const struct bootinfo *info = boot_info();
	uint32_t i = info->untyped_count - 1;

	while (i > 0 && !info->untyped[i].device)
		i--;
	return info->untyped_first + i;
}

/* What outlives the rounds, but for the copies that they get. */
static void make_lasting(void)
{
	word_t rights = RIGHTS_ALL & ~RIGHT_READ;

	REQUIRE(slots_alloc(FUZZ_SLOTS, &fuzz.slots) == ST_OK);
	REQUIRE(cap_copy(slot_of(FUZZ_VSPACE), ROOT_SLOT_VSPACE, RIGHTS_ALL) == ST_OK);
	for (unsigned i = 0; i < FUZZ_IRQS; i++)
		REQUIRE(irq_claim(ROOT_SLOT_IRQ_CONTROL, LINE_FIRST + i, IRQ_EDGE,
				slot_of(FUZZ_IRQ + i)) == ST_OK);
	REQUIRE(cap_mint(slot_of(FUZZ_OUT), fuzz.endpoint, rights, BADGE_OUT) == ST_OK);
	REQUIRE(cap_mint(slot_of(FUZZ_SIGNAL), fuzz.signal, rights, BADGE_OUT) == ST_OK);
	REQUIRE(cap_copy(slot_of(FUZZ_DEVICE), find_device(), RIGHTS_ALL) == ST_OK);
}

static void begin(void)
{
	struct thread_options options = {.name = "handler",
		.stack = stack,
		.stack_size = sizeof(stack),
		.priority = PRIORITY_HANDLER};

	fuzz.memory = make(OBJECT_UNTYPED, MEMORY_BITS);
	fuzz.endpoint = make(OBJECT_ENDPOINT, 0);
	fuzz.signal = make(OBJECT_NOTIFICATION, 0);
	fuzz.reply = make(OBJECT_REPLY, 0);
	fuzz.cnode_guarded = make_slot();
	fuzz.probe = make_slot();
	make_lasting();
	for (unsigned i = 0; i < fuzz.workers; i++) {
		fuzz.fault[i] = make_slot();
		REQUIRE(cap_mint(fuzz.fault[i], fuzz.endpoint, RIGHT_WRITE | RIGHT_GRANT_REPLY,
				BADGE_WORKER + i) == ST_OK);
	}
	REQUIRE(thread_set_priority(ROOT_SLOT_THREAD, ROOT_SLOT_THREAD, PRIORITY_SUPERVISOR) ==
		ST_OK);
	REQUIRE(thread_start(handle, NULL, &options, &fuzz.handler) == ST_OK);
}

static void end(void)
{
	EXPECT_EQ(thread_delete(fuzz.handler), ST_OK);
	for (unsigned i = 0; i < fuzz.workers; i++)
		drop(fuzz.fault[i]);
	for (unsigned i = 0; i < FUZZ_LASTINGS; i++)
		EXPECT_EQ(cap_delete(slot_of(FUZZ_LASTING + i)), ST_OK);
	drop(fuzz.probe);
	drop(fuzz.cnode_guarded);
	slots_free(fuzz.slots, FUZZ_SLOTS);
	drop(fuzz.reply);
	drop(fuzz.signal);
	drop(fuzz.endpoint);
	drop(fuzz.memory);
	EXPECT_EQ(thread_set_priority(ROOT_SLOT_THREAD, ROOT_SLOT_THREAD, 0), ST_OK);
}

static void report(uint64_t seed)
{
	printf("# seed=%llu calls=%llu cpus=%u: %u rounds, %u of them to a thread's end; %u "
	       "restarts, %u faults, %u messages\n",
		(unsigned long long)seed, (unsigned long long)calls_begun(), fuzz.cpus,
		fuzz.rounds, fuzz.destroyed, fuzz.restarts, fuzz.faults, fuzz.messages);
	for (unsigned i = 0; i < CALLS_COUNTED && fuzz_call_name(i); i++)
		printf("# %-24s %9llu calls %9llu done\n", fuzz_call_name(i),
			(unsigned long long)fuzz_begun[i], (unsigned long long)fuzz_done[i]);
}

TEST(fuzz, whatever_programs_call_the_kernel_stands)
{
	uint64_t seed = number_argument("seed", SEED_DEFAULT);
	uint64_t calls = number_argument("calls", CALLS_DEFAULT);

	fuzz.cpus = (unsigned)number_argument("cpus", boot_info()->cpus_online);
	if (fuzz.cpus > boot_info()->cpus_online)
		fuzz.cpus = boot_info()->cpus_online;
	fuzz.workers = WORKERS_PER_CPU * fuzz.cpus;
	if (fuzz.workers > FUZZ_THREADS - OTHER_THREADS)
		fuzz.workers = FUZZ_THREADS - OTHER_THREADS;
	printf("# seed=%llu calls=%llu cpus=%u\n", (unsigned long long)seed,
		(unsigned long long)calls, fuzz.cpus);
	fuzz_seed(seed);
	fuzz_calls_init();
	for (unsigned i = 0; i < SCRIPT_LINES; i++)
		fuzz_write_line(fuzz_script[i]);
	for (unsigned i = 0; i < ARENA_BLOCKS; i++)
		fuzz_write_block(i);
	begin();
	while (calls_begun() < calls)
		run_round(calls);
	end();
	EXPECT_EQ(fuzz.strangers, 0);
	report(seed);
}
