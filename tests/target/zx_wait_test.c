/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Zircon's interface: signals, and threads that wait for them. */
#include "libsys/clock.h"
#include "libsys/thread.h"
#include "zx.h"

enum { THREADS = 4, STACK = 16384, U0 = ZX_USER_SIGNAL_0, U1 = ZX_USER_SIGNAL_1 };

/* What a thread waits for, and what it was told. */
struct waiter {
	zx_handle_t vmo;
	zx_signals_t waitfor, observed;
	zx_status_t status;
	cptr_t thread;
};

static _Alignas(16) char stacks[THREADS][STACK];
static struct waiter waiters[THREADS];

static void wait_in_thread(void *argument)
{
	struct waiter *w = argument;

	w->status = zx_object_wait_one(w->vmo, w->waitfor, ZX_TIME_INFINITE, &w->observed);
}

/* On the CPUs by turns; it waits when this returns, or soon. */
static void start(unsigned n, zx_handle_t vmo, zx_signals_t waitfor)
{
	struct thread_options options = {.stack = stacks[n],
		.stack_size = STACK,
		.priority = 100,
		.cpu = n % boot_info()->cpus_online};

	waiters[n] = (struct waiter){vmo, waitfor, 0, 1, 0};
	REQUIRE(thread_start(wait_in_thread, &waiters[n], &options, &waiters[n].thread) ==
		ST_OK);
}

static void finish(unsigned n, zx_status_t status, zx_signals_t observed)
{
	EXPECT_EQ(thread_join(waiters[n].thread), ST_OK);
	EXPECT_EQ(thread_delete(waiters[n].thread), ST_OK);
	EXPECT_EQ(waiters[n].status, status);
	EXPECT_EQ(waiters[n].observed, observed);
}

/* Does it sleep in the kernel? That it may do between two looks, too. */
static bool is_asleep(unsigned n)
{
	struct thread_info info = {0};

	return thread_info(waiters[n].thread, &info) == ST_OK &&
		(info.state == THREAD_WAITING || info.state == THREAD_SLEEPING ||
			info.state == THREAD_RECEIVING);
}

/* Has it not come back? */
static bool waits(unsigned n)
{
	return __atomic_load_n(&waiters[n].status, __ATOMIC_ACQUIRE) == 1;
}

static void let_them_sleep(unsigned count)
{
	for (unsigned n = 0; n < count; n++)
		for (int i = 0; i < 200 && !is_asleep(n); i++)
			clock_sleep_ns(100000);
}

ZX_TEST(zx_object_signal, sets_and_clears_for_all_who_have_the_vmo)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), same = without(vmo, ZX_RIGHT_SIGNAL),
		    clone = make_clone(vmo, COW, 0, PAGE);

	EXPECT_EQ(signals_of(vmo), 0);
	EXPECT_EQ(zx_object_signal(vmo, 0, U0 | U1), ZX_OK);
	EXPECT_EQ(signals_of(same), U0 | U1);
	EXPECT_EQ(signals_of(clone), ZX_VMO_ZERO_CHILDREN);
	EXPECT_EQ(zx_object_signal(vmo, U0, ZX_USER_SIGNAL_7), ZX_OK);
	EXPECT_EQ(signals_of(same), U1 | ZX_USER_SIGNAL_7);
	EXPECT_EQ(zx_object_signal(vmo, U1, U1), ZX_OK);
	EXPECT_EQ(signals_of(vmo), U1 | ZX_USER_SIGNAL_7);
	EXPECT_EQ(zx_object_signal(same, 0, U0), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_object_signal(vmo, 0, ZX_VMO_ZERO_CHILDREN), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_object_signal(vmo, 1, 0), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_object_signal(zx_vmar_root_self(), 0, U0), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_object_signal(stale(), 0, U0), ZX_ERR_BAD_HANDLE);
	drop(clone);
	drop(same);
	drop(vmo);
}

ZX_TEST(zx_object_wait_one, returns_at_once_what_is_there)
{
	zx_handle_t vmo = make_vmo(PAGE, 0);
	zx_signals_t observed = 0;

	EXPECT_EQ(zx_object_wait_one(vmo, ZX_VMO_ZERO_CHILDREN, 0, &observed), ZX_OK);
	EXPECT_EQ(observed, ZX_VMO_ZERO_CHILDREN);
	EXPECT_EQ(zx_object_signal(vmo, 0, U1), ZX_OK);
	EXPECT_EQ(zx_object_wait_one(vmo, U0 | U1, ZX_TIME_INFINITE, &observed), ZX_OK);
	EXPECT_EQ(observed, ZX_VMO_ZERO_CHILDREN | U1);
	EXPECT_EQ(zx_object_wait_one(vmo, U1, ZX_TIME_INFINITE_PAST, NULL), ZX_OK);
	drop(vmo);
}

ZX_TEST(zx_object_wait_one, ends_at_its_deadline)
{
	zx_handle_t vmo = make_vmo(PAGE, 0);
	zx_signals_t observed = 0;
	zx_time_t deadline = zx_deadline_after(ZX_MSEC(30));

	EXPECT_EQ(zx_object_wait_one(vmo, U0, deadline, &observed), ZX_ERR_TIMED_OUT);
	EXPECT(zx_clock_get_monotonic() >= deadline);
	EXPECT_EQ(observed, ZX_VMO_ZERO_CHILDREN);
	EXPECT_EQ(zx_object_wait_one(vmo, 0, zx_deadline_after(ZX_USEC(10)), NULL),
		ZX_ERR_TIMED_OUT);
	drop(vmo);
}

ZX_TEST(zx_object_wait_one, refuses)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), deaf = without(vmo, ZX_RIGHT_WAIT);

	EXPECT_EQ(zx_object_wait_one(deaf, U0, 0, NULL), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_object_wait_one(zx_vmar_root_self(), U0, 0, NULL), ZX_ERR_ACCESS_DENIED);
	EXPECT_EQ(zx_object_wait_one(stale(), U0, 0, NULL), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(zx_object_wait_one(vmo, U0, 0, NOWHERE), ZX_ERR_INVALID_ARGS);
	drop(deaf);
	drop(vmo);
}

/* Each sees the same object through whatever handle; those who wait for another bit wait on. */
ZX_TEST(zx_object_wait_one, wakes_all_that_wait_for_it)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), same = without(vmo, ZX_RIGHT_SIGNAL);

	for (unsigned n = 0; n < 3; n++)
		start(n, n % 2 ? same : vmo, U0);
	start(3, same, U1);
	let_them_sleep(4);
	EXPECT_EQ(zx_object_signal(vmo, 0, U0), ZX_OK);
	for (unsigned n = 0; n < 3; n++)
		finish(n, ZX_OK, U0 | ZX_VMO_ZERO_CHILDREN);
	EXPECT(waits(3));
	EXPECT_EQ(zx_object_signal(vmo, U0, U1), ZX_OK);
	finish(3, ZX_OK, U1 | ZX_VMO_ZERO_CHILDREN);
	drop(same);
	drop(vmo);
}

/* The last clone goes: with its handle, or with the mapping that kept it. */
ZX_TEST(zx_object_wait_one, learns_that_the_last_clone_is_gone)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), clone = make_clone(vmo, COW, 0, PAGE);
	volatile uint8_t *at = map(clone, PAGE);

	start(0, vmo, ZX_VMO_ZERO_CHILDREN);
	start(1, vmo, ZX_VMO_ZERO_CHILDREN);
	let_them_sleep(2);
	drop(clone);
	clock_sleep_ns(500000);
	EXPECT(waits(0) && waits(1));
	unmap(at, PAGE);
	finish(0, ZX_OK, ZX_VMO_ZERO_CHILDREN);
	finish(1, ZX_OK, ZX_VMO_ZERO_CHILDREN);
	drop(vmo);
}

/* What native calls do, as another program would, is seen too. */
ZX_TEST(zx_object_wait_one, is_told_by_the_kernel)
{
	zx_handle_t vmo = make_vmo(PAGE, 0);
	cptr_t cap = 0;

	EXPECT_EQ(zx_handle_cptr(vmo, &cap), ZX_OK);
	for (unsigned n = 0; n < 3; n++)
		start(n, vmo, U0);
	let_them_sleep(3);
	EXPECT(vmo_signal(cap, 0, U0) > 0);
	for (unsigned n = 0; n < 3; n++)
		finish(n, ZX_OK, U0 | ZX_VMO_ZERO_CHILDREN);
	drop(vmo);
}

ZX_TEST(zx_object_wait_one, is_canceled_with_its_handle)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), same = without(vmo, ZX_RIGHT_SIGNAL);

	start(0, same, U0);
	start(1, vmo, U0);
	let_them_sleep(2);
	drop(same);
	finish(0, ZX_ERR_CANCELED, ZX_VMO_ZERO_CHILDREN | ZX_SIGNAL_HANDLE_CLOSED);
	EXPECT(waits(1));
	EXPECT_EQ(zx_object_signal(vmo, 0, U0), ZX_OK);
	finish(1, ZX_OK, U0 | ZX_VMO_ZERO_CHILDREN);
	drop(vmo);
}

/* --- many objects */

ZX_TEST(zx_object_wait_many, tells_of_each)
{
	zx_handle_t a = make_vmo(PAGE, 0), b = make_vmo(PAGE, 0),
		    clone = make_clone(a, COW, 0, PAGE);
	zx_wait_item_t items[2] = {{a, ZX_VMO_ZERO_CHILDREN, 7}, {b, U1, 7}};

	EXPECT_EQ(
		zx_object_wait_many(items, 2, zx_deadline_after(ZX_MSEC(1))), ZX_ERR_TIMED_OUT);
	EXPECT_EQ(items[0].pending, 0);
	EXPECT_EQ(items[1].pending, ZX_VMO_ZERO_CHILDREN);
	EXPECT_EQ(zx_object_signal(b, 0, U1), ZX_OK);
	EXPECT_EQ(zx_object_wait_many(items, 2, ZX_TIME_INFINITE), ZX_OK);
	EXPECT_EQ(items[1].pending, ZX_VMO_ZERO_CHILDREN | U1);
	EXPECT_EQ(zx_object_signal(b, U1, 0), ZX_OK);
	drop(clone);
	EXPECT_EQ(zx_object_wait_many(items, 2, ZX_TIME_INFINITE), ZX_OK);
	EXPECT_EQ(items[0].pending, ZX_VMO_ZERO_CHILDREN);
	drop(a);
	drop(b);
}

struct many {
	zx_wait_item_t items[3];
	zx_status_t status;
};

static void wait_for_many(void *argument)
{
	struct many *many = argument;

	many->status = zx_object_wait_many(many->items, 3, ZX_TIME_INFINITE);
}

ZX_TEST(zx_object_wait_many, is_woken_by_any)
{
	static struct many many;
	struct thread_options options = {
		.stack = stacks[0], .stack_size = STACK, .priority = 100};

	for (unsigned which = 0; which < 3; which++) {
		for (unsigned i = 0; i < 3; i++)
			many.items[i] = (zx_wait_item_t){make_vmo(PAGE, 0), U0, 0};
		REQUIRE(thread_start(wait_for_many, &many, &options, &waiters[0].thread) ==
			ST_OK);
		let_them_sleep(1);
		EXPECT_EQ(zx_object_signal(many.items[which].handle, 0, U0), ZX_OK);
		EXPECT_EQ(thread_join(waiters[0].thread), ST_OK);
		EXPECT_EQ(thread_delete(waiters[0].thread), ST_OK);
		EXPECT_EQ(many.status, ZX_OK);
		EXPECT(many.items[which].pending & U0);
		for (unsigned i = 0; i < 3; i++)
			drop(many.items[i].handle);
	}
}

ZX_TEST(zx_object_wait_many, refuses)
{
	zx_handle_t vmo = make_vmo(PAGE, 0), deaf = without(vmo, ZX_RIGHT_WAIT);
	zx_wait_item_t items[17] = {{vmo, U0, 7}, {deaf, U0, 7}};

	EXPECT_EQ(zx_object_wait_many(items, 17, 0), ZX_ERR_OUT_OF_RANGE);
	EXPECT_EQ(zx_object_wait_many(NULL, 1, 0), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_object_wait_many(NOWHERE, 1, 0), ZX_ERR_INVALID_ARGS);
	EXPECT_EQ(zx_object_wait_many(items, 2, 0), ZX_ERR_ACCESS_DENIED);
	items[1].handle = stale();
	EXPECT_EQ(zx_object_wait_many(items, 2, 0), ZX_ERR_BAD_HANDLE);
	EXPECT_EQ(items[0].pending, 7);
	EXPECT_EQ(
		zx_object_wait_many(NULL, 0, zx_deadline_after(ZX_USEC(20))), ZX_ERR_TIMED_OUT);
	drop(deaf);
	drop(vmo);
}
