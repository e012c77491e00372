/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the tests of processes spawn: its first argument says what it does. Its exit status
 * says what it found.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libsys/boot.h"
#include "libsys/cap.h"
#include "libsys/clock.h"
#include "libsys/ipc.h"
#include "libsys/notification.h"
#include "libsys/pool.h"
#include "libsys/slots.h"
#include "libsys/startup.h"
#include "libsys/thread.h"
#include "libsys/timer.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"

enum { GOOD = 7, STACK = 16384 };

static volatile int data = 1234; /* on a page that is copied when it is written */
static volatile char bss[3 * PAGE_SIZE];
static const char constant[] = "constant";
static _Alignas(16) char stack[2][STACK];

static volatile int *volatile hole = (volatile int *)0x18;

static void must(int ok, int line)
{
	if (!ok) {
		printf("# process_child.c:%d\n", line);
		exit(1);
	}
}

#define MUST(x) must((x), __LINE__)

/* Data as linked, zeros where they belong, and both writable. */
static int look(void)
{
	MUST(data == 1234);
	data++;
	for (size_t i = 0; i < sizeof(bss); i++) {
		MUST(bss[i] == 0);
		bss[i] = 1;
	}
	MUST(strcmp(constant, "constant") == 0);
	MUST(boot_info()->archive == 0);
	return GOOD;
}

static int arguments(int argc, char **argv)
{
	MUST(argc == 4 && !argv[4]);
	MUST(strcmp(argv[2], "two words") == 0 && strcmp(argv[3], "") == 0);
	MUST(strcmp(getenv("HOME"), "/") == 0 && strcmp(getenv("EMPTY"), "") == 0);
	MUST(!getenv("NOTHING"));
	return GOOD;
}

static void signal_it(void *notification)
{
	notification_signal((cptr_t)notification);
}

/* Everything that the first program can do with slots and memory works here, too. */
static int objects(void)
{
	struct thread_options options = {.stack = stack[0], .stack_size = STACK};
	cptr_t notification, thread, vmo, first;
	uaddr_t at = 0;
	word_t bits;

	MUST(object_create(OBJECT_NOTIFICATION, 0, &notification) == ST_OK);
	MUST(slots_alloc(5, &first) == ST_OK);
	slots_free(first, 5);
	MUST(thread_start(signal_it, (void *)notification, &options, &thread) == ST_OK);
	MUST(notification_wait(notification, &bits) == ST_OK);
	MUST(thread_join(thread) == ST_OK && thread_delete(thread) == ST_OK);
	MUST(vmo_create(ROOT_SLOT_POOL, 1 << 20, 0, &vmo) == ST_OK);
	MUST(vspace_map(ROOT_SLOT_VSPACE, vmo, 0, 1 << 20, VSPACE_READ | VSPACE_WRITE, &at) ==
		ST_OK);
	memset((char *)at, 0x5a, 1 << 20);
	return GOOD;
}

/* What it was given: the notification "bell" with a badge, the endpoint "server". */
static int caps(void)
{
	struct message message = {.tag = tag_make(0, 1, 0), .words = {41}};

	MUST(startup_cap("nothing") == 0);
	MUST(notification_signal(startup_cap("bell")) == ST_OK);
	MUST(ipc_call(startup_cap("server"), &message) == ST_OK);
	return (int)message.words[0];
}

static void __attribute__((noinline)) fall(volatile int *at)
{
	*at = 1;
	data++;
}

static void fall_in_thread(void *unused)
{
	(void)unused;
	fall(hole);
}

static void sleep_for_ever(void *unused)
{
	(void)unused;
	clock_sleep_until(UINT64_MAX);
}

static int thread_falls(void)
{
	struct thread_options options = {.stack = stack[0], .stack_size = STACK};
	cptr_t thread;

	MUST(thread_start(fall_in_thread, NULL, &options, &thread) == ST_OK);
	sleep_for_ever(NULL);
	return 1;
}

static void spin(void *unused)
{
	(void)unused;
	for (;;)
		data++;
}

/* Threads that never end, one of them running and one waiting, end with the process. */
static int threads(void)
{
	struct thread_options options = {.stack = stack[0], .stack_size = STACK};
	cptr_t thread;

	MUST(thread_start(spin, NULL, &options, &thread) == ST_OK);
	options.stack = stack[1];
	MUST(thread_start(sleep_for_ever, NULL, &options, &thread) == ST_OK);
	return GOOD;
}

static int handlers_run;

static void first_handler(void)
{
	MUST(handlers_run++ == 1);
}

static void second_handler(void)
{
	MUST(handlers_run++ == 0);
}

static void exit_here(void *unused)
{
	(void)unused;
	exit(GOOD);
}

/* Another thread ends it while the first one waits. */
static int exit_elsewhere(void)
{
	struct thread_options options = {.stack = stack[0], .stack_size = STACK};
	cptr_t thread;

	MUST(atexit(first_handler) == 0 && atexit(second_handler) == 0);
	MUST(thread_start(exit_here, NULL, &options, &thread) == ST_OK);
	sleep_for_ever(NULL);
	return 1;
}

static int ready(void)
{
	data = 5;
	return (int)startup_ready() + data;
}

/* Twice, so that a copy can be copied. What was written before is there, in each its own. */
static int twins(void)
{
	unsigned first, second;

	data = 1;
	bss[0] = 1;
	first = startup_ready();
	data += (int)first;
	bss[PAGE_SIZE] = 1;
	second = startup_ready();
	bss[0] = (char)(bss[0] + bss[PAGE_SIZE]);
	MUST(bss[0] == 2 && bss[2 * PAGE_SIZE] == 0);
	bss[2 * PAGE_SIZE] = 1;
	return (int)(100 * second + 10 * first) + data;
}

static cptr_t bell;

static void wait_and_count(void *unused)
{
	word_t bits;

	(void)unused;
	for (;;) {
		MUST(notification_wait(bell, &bits) == ST_OK);
		__atomic_fetch_add(&data, 1, __ATOMIC_SEQ_CST);
	}
}

/* Another thread waits when the copy is made, and goes on in both. */
static int pair(void)
{
	struct thread_options options = {.stack = stack[0], .stack_size = STACK};
	double kept = 2.5;
	cptr_t thread;
	int before;

	MUST(object_create(OBJECT_NOTIFICATION, 0, &bell) == ST_OK);
	MUST(thread_start(wait_and_count, NULL, &options, &thread) == ST_OK);
	notification_signal(bell);
	while (data == 1234)
		clock_sleep_ns(10000);
	__asm__ volatile("fmov d8, %d0" : : "w"(kept) : "d8");
	(void)startup_ready();
	__asm__ volatile("fmov %d0, d8" : "=w"(kept));
	before = data;
	MUST(kept == 2.5 && before == 1235);
	notification_signal(bell);
	while (data == before)
		clock_sleep_ns(10000);
	return GOOD;
}

/* Memory of its own making, with its capability. */
static int heap(void)
{
	const uint64_t size = 4 << 20;
	volatile char *at;
	uaddr_t where = 0;
	unsigned number;
	cptr_t vmo;
	char byte;

	MUST(vmo_create(ROOT_SLOT_POOL, size, 0, &vmo) == ST_OK);
	MUST(vspace_map(ROOT_SLOT_VSPACE, vmo, 0, size, VSPACE_READ | VSPACE_WRITE, &where) ==
		ST_OK);
	at = (volatile char *)where;
	at[0] = at[size - 1] = 'a';
	number = startup_ready();
	MUST(at[0] == 'a' && at[size - 1] == 'a' && at[size / 2] == 0);
	at[0] = (char)('b' + number);
	MUST(vmo_read(vmo, &byte, 0, 1) == ST_OK && byte == 'b' + (char)number);
	MUST(vmo_op_range(vmo, VMO_OP_ZERO, 0, PAGE_SIZE) == ST_OK && at[0] == 0);
	return GOOD;
}

/* Each life makes what the one before made, and ends in another way. */
static int lives(void)
{
	struct thread_options options = {.stack = stack[0], .stack_size = STACK};
	unsigned number;
	uaddr_t at = 0;
	cptr_t object, vmo, thread;

	data = 10;
	number = startup_ready();
	MUST(data == 10 && bss[0] == 0 && bss[PAGE_SIZE] == 0);
	data = bss[0] = bss[PAGE_SIZE] = 77;
	MUST(object_create(OBJECT_ENDPOINT, 0, &object) == ST_OK);
	MUST(vmo_create(ROOT_SLOT_POOL, PAGE_SIZE, 0, &vmo) == ST_OK);
	MUST(vspace_map(ROOT_SLOT_VSPACE, vmo, 0, PAGE_SIZE, VSPACE_READ | VSPACE_WRITE, &at) ==
		ST_OK);
	*(volatile char *)at = 1;
	MUST(thread_start(sleep_for_ever, NULL, &options, &thread) == ST_OK);
	if (number % 4 == 1)
		fall(hole);
	if (number % 4 == 2)
		MUST(vspace_unmap(ROOT_SLOT_VSPACE, at, PAGE_SIZE) == ST_OK);
	if (number % 4 == 3)
		(void)startup_ready();
	(void)cap_delete(startup_cap("bell"));
	return (int)number;
}

/* A page of its own making, which each life does something else to; golden it shows "a". */
static int remap(void)
{
	const unsigned may = VSPACE_READ | VSPACE_WRITE;
	const cptr_t book = startup_cap("book");
	uaddr_t at = 0, also = 0;
	unsigned number;
	cptr_t vmo;

	MUST(vmo_create(ROOT_SLOT_POOL, PAGE_SIZE, 0, &vmo) == ST_OK);
	MUST(vspace_map(ROOT_SLOT_VSPACE, vmo, 0, PAGE_SIZE, may, &at) == ST_OK);
	MUST(vspace_map(ROOT_SLOT_VSPACE, book, 0, PAGE_SIZE, VSPACE_READ, &also) == ST_OK);
	*(volatile char *)at = 'a';
	number = startup_ready();
	MUST(*(volatile char *)at == 'a' && *(volatile char *)also == 'b');
	*(volatile char *)at = 'c';
	switch (number % 5) {
	case 0: /* another VMO, just like it */
		MUST(vspace_map(ROOT_SLOT_VSPACE, book, 0, PAGE_SIZE,
			     may | VSPACE_FIXED | VSPACE_REPLACE, &at) == ST_OK);
		MUST(*(volatile char *)at == 'b');
		break;
	case 1: /* the same VMO at another offset */
		MUST(vspace_map(ROOT_SLOT_VSPACE, book, PAGE_SIZE, PAGE_SIZE,
			     VSPACE_READ | VSPACE_FIXED | VSPACE_REPLACE, &also) == ST_OK);
		MUST(*(volatile char *)also == 0);
		break;
	case 2:
		MUST(vspace_unmap(ROOT_SLOT_VSPACE, at, PAGE_SIZE) == ST_OK);
		break;
	case 3:
		MUST(vspace_protect(ROOT_SLOT_VSPACE, at, PAGE_SIZE, VSPACE_READ) == ST_OK);
		break;
	default:
		MUST(vspace_unmap(ROOT_SLOT_VSPACE, also, PAGE_SIZE) == ST_OK);
		(void)cap_delete(book);
	}
	return (int)number;
}

/* Each life leaves a timer set, bits and bytes behind, in objects from before. */
static int timers(void)
{
	cptr_t notification, timer, vmo;
	char bytes[3];
	word_t bits;

	MUST(object_create(OBJECT_NOTIFICATION, 0, &notification) == ST_OK);
	MUST(object_create(OBJECT_TIMER, 0, &timer) == ST_OK);
	MUST(vmo_create(ROOT_SLOT_POOL, 3 * PAGE_SIZE, 0, &vmo) == ST_OK);
	MUST(vmo_write(vmo, "a", PAGE_SIZE, 1) == ST_OK);
	(void)startup_ready();
	MUST(vmo_read(vmo, bytes, PAGE_SIZE - 1, 3) == ST_OK);
	MUST(bytes[0] == 0 && bytes[1] == 'a' && bytes[2] == 0);
	MUST(vmo_write(vmo, "bcd", PAGE_SIZE - 1, 3) == ST_OK);
	MUST(notification_poll(notification, &bits) == ST_SHOULD_WAIT);
	MUST(timer_set(timer, 0) == ST_OK); /* it signals nothing */
	MUST(notification_poll(notification, &bits) == ST_SHOULD_WAIT);
	MUST(thread_bind(ROOT_SLOT_THREAD, notification) == ST_OK);
	MUST(timer_bind(timer, notification) == ST_OK);
	MUST(timer_set(timer, clock_ns() + 10000000) == ST_OK);
	MUST(notification_signal(notification) == ST_OK);
	return GOOD;
}

/* The page of facts, which is the parent's making, replaced by one of its own to be read only. */
static int replace(void)
{
	uaddr_t at = (uaddr_t)boot_info() & ~(uaddr_t)(PAGE_SIZE - 1);
	char first = 'r';
	cptr_t vmo;

	MUST(vmo_create(ROOT_SLOT_POOL, PAGE_SIZE, 0, &vmo) == ST_OK);
	MUST(vmo_write(vmo, (const void *)at, 0, PAGE_SIZE) == ST_OK);
	MUST(vmo_write(vmo, &first, PAGE_SIZE - 1, 1) == ST_OK);
	MUST(vspace_map(ROOT_SLOT_VSPACE, vmo, 0, PAGE_SIZE,
		     VSPACE_READ | VSPACE_FIXED | VSPACE_REPLACE, &at) == ST_OK);
	(void)startup_ready();
	return ((volatile char *)at)[PAGE_SIZE - 1] == 'r' ? GOOD : 1;
}

static int recurse(volatile char *above)
{
	volatile char here[512];

	here[0] = above ? *above : 0;
	return data ? recurse(here) + here[0] : 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "look";

	if (strcmp(what, "look") == 0)
		return look();
	if (strcmp(what, "arguments") == 0)
		return arguments(argc, argv);
	if (strcmp(what, "objects") == 0)
		return objects();
	if (strcmp(what, "caps") == 0)
		return caps();
	if (strcmp(what, "fall") == 0)
		fall(hole);
	if (strcmp(what, "thread-falls") == 0)
		return thread_falls();
	if (strcmp(what, "exit-elsewhere") == 0)
		return exit_elsewhere();
	if (strcmp(what, "threads") == 0)
		return threads();
	if (strcmp(what, "remap") == 0)
		return remap();
	if (strcmp(what, "replace") == 0)
		return replace();
	if (strcmp(what, "timers") == 0)
		return timers();
	if (strcmp(what, "ready") == 0)
		return ready();
	if (strcmp(what, "twins") == 0)
		return twins();
	if (strcmp(what, "pair") == 0)
		return pair();
	if (strcmp(what, "heap") == 0)
		return heap();
	if (strcmp(what, "lives") == 0)
		return lives();
	if (strcmp(what, "overflow") == 0)
		return recurse(NULL);
	if (strcmp(what, "abort") == 0)
		abort();
	if (strcmp(what, "spin") == 0)
		spin(NULL);
	if (strcmp(what, "sleep") == 0)
		sleep_for_ever(NULL);
	return 1;
}
