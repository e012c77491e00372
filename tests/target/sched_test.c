/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Who runs: the most urgent at once, equals in turn. All on the first thread's CPU; what
 * several CPUs do is in smp_test.c.
 */
#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/notification.h"
#include "libsys/syscalls.h"
#include "libsys/timer.h"
#include "workers.h"

enum { PATIENCE_S = 5 };

/* As long as the kernel lets one of several equals run: 5 ms. */
static const uint64_t SLICE_NS = 5 * MS;

static cptr_t notification, endpoint, reply;

static char order[64];
static unsigned order_length;

static void note(char what)
{
	if (order_length < sizeof(order) - 1)
		order[order_length++] = what;
}

static void set_up(void)
{
	memset(order, 0, sizeof(order));
	order_length = 0;
	notification = make(OBJECT_NOTIFICATION, 0);
	endpoint = make(OBJECT_ENDPOINT, 0);
	reply = make(OBJECT_REPLY, 0);
}

static void tear_down(void)
{
	drop(reply);
	drop(endpoint);
	drop(notification);
}

/* Spin until it is set; false if that does not come. */
static bool spin_until(const volatile bool *flag)
{
	uint64_t end = clock_ns() + PATIENCE_S * UINT64_C(1000000000);

	while (!*flag)
		if (clock_ns() > end)
			return false;
	return true;
}

/*
 * What equals do by turns holds as long as nobody's slice ends; on a machine whose host was busy
 * elsewhere it may. Run it again until it took less: then `expected` is what must have come.
 */
static void within_a_slice(void (*run)(void), const char *expected)
{
	uint64_t took;

	do {
		set_up();
		took = clock_ns();
		run();
		took = clock_ns() - took;
		if (took < SLICE_NS)
			EXPECT_TEXT(order, expected);
		tear_down();
	} while (took >= SLICE_NS);
}

static void *letter(char c)
{
	return (void *)(uintptr_t)c;
}

static void note_letter(void *c)
{
	note((char)(uintptr_t)c);
}

/* --- preemption */

TEST(resume, of_a_more_urgent_thread_runs_it_at_once)
{
	cptr_t high, low;

	set_up();
	low = worker(0, note_letter, letter('l'), LOW);
	note('1');
	high = worker(1, note_letter, letter('h'), HIGH);
	note('2');
	EXPECT_TEXT(order, "1h2");
	worker_finish(high);
	worker_finish(low);
	EXPECT_TEXT(order, "1h2l");
	tear_down();
}

static void wait_and_note(void *c)
{
	word_t bits;

	notification_wait(notification, &bits);
	note((char)(uintptr_t)c);
}

TEST(signal, runs_a_more_urgent_waiter_at_once)
{
	cptr_t high;

	set_up();
	high = worker(0, wait_and_note, letter('h'), HIGH);
	note('1');
	EXPECT_EQ(notification_signal(notification), ST_OK);
	note('2');
	EXPECT_TEXT(order, "1h2");
	worker_finish(high);
	tear_down();
}

static void receive_and_note(void *c)
{
	ipc_recv(endpoint, reply, &(struct message){0});
	note((char)(uintptr_t)c);
}

TEST(send, runs_a_more_urgent_receiver_at_once)
{
	cptr_t high, low;

	set_up();
	high = worker(0, receive_and_note, letter('h'), HIGH);
	note('1');
	EXPECT_EQ(ipc_send(endpoint, &(struct message){0}), ST_OK);
	note('2');
	worker_finish(high);
	low = worker(0, receive_and_note, letter('l'), LOW);
	EXPECT_EQ(ipc_try_send(endpoint, &(struct message){0}), ST_SHOULD_WAIT);
	await_state(low, THREAD_RECEIVING);
	note('3');
	EXPECT_EQ(ipc_try_send(endpoint, &(struct message){0}), ST_OK);
	note('4');
	worker_finish(low);
	EXPECT_TEXT(order, "1h234l");
	tear_down();
}

TEST(priority, raised_above_the_running_threads_is_felt_at_once)
{
	cptr_t low;

	set_up();
	low = worker(0, note_letter, letter('l'), LOW);
	note('1');
	EXPECT_EQ(thread_set_priority(low, ROOT_SLOT_THREAD, HIGH), ST_OK);
	note('2');
	EXPECT_TEXT(order, "1l2");
	worker_finish(low);
	tear_down();
}

TEST(priority, lowered_below_a_waiting_threads_is_felt_at_once)
{
	cptr_t low;

	set_up();
	low = worker(0, note_letter, letter('l'), LOW);
	note('1');
	own_priority(LOW - 1);
	note('2');
	own_priority(OWN);
	EXPECT_TEXT(order, "1l2");
	worker_finish(low);
	tear_down();
}

static volatile bool flag;

static void spin(void *count)
{
	while (!flag)
		++*(volatile uint64_t *)count;
}

/* Nobody calls the kernel when the timer comes. */
TEST(timer, preempts_a_less_urgent_thread_that_computes)
{
	uint64_t count = 0, until = clock_ns() + 20 * MS;
	cptr_t low;

	set_up();
	flag = false;
	low = worker(0, spin, &count, LOW);
	EXPECT_EQ(sys_sleep_until(until), ST_OK);
	EXPECT(clock_ns() >= until);
	EXPECT(count > 0);
	flag = true;
	worker_finish(low);
	tear_down();
}

/* Who was interrupted by somebody more urgent goes on before its equals. */
static void note_around_a_signal(void *argument)
{
	(void)argument;
	note('a');
	notification_signal(notification);
	note('A');
}

static void run_preempted(void)
{
	cptr_t high, a, b;

	high = worker(0, wait_and_note, letter('h'), HIGH);
	a = worker(1, note_around_a_signal, NULL, LOW);
	b = worker(2, note_letter, letter('b'), LOW);
	worker_finish(b);
	worker_finish(a);
	worker_finish(high);
}

TEST(preempted, thread_goes_on_before_its_equals)
{
	within_a_slice(run_preempted, "ahAb");
}

/* --- equals */

static void note_and_yield(void *c)
{
	for (int i = 0; i < 3; i++) {
		note((char)(uintptr_t)c);
		EXPECT_EQ(sys_yield(), ST_OK);
	}
}

static void run_yielding(void)
{
	cptr_t threads[3];

	for (unsigned i = 0; i < 3; i++)
		threads[i] = worker(i, note_and_yield, letter((char)('a' + i)), LOW);
	worker_finish(threads[2]);
	worker_finish(threads[1]);
	worker_finish(threads[0]);
}

TEST(yield, lets_each_equal_run_once)
{
	within_a_slice(run_yielding, "abcabcabc");
}

TEST(yield, to_nobody_and_to_the_less_urgent_goes_on)
{
	uint64_t x[REGISTERS], before[REGISTERS];
	cptr_t low;

	set_up();
	low = worker(0, note_letter, letter('l'), LOW);
	fill_call(x, SYSCALL_yield, 1, 2, 3);
	memcpy(before, x, sizeof(x));
	call_with(x);
	expect_only_x0(x, before, ST_OK);
	EXPECT_TEXT(order, "");
	worker_finish(low);
	tear_down();
}

TEST(equals, that_compute_have_the_cpu_in_turn)
{
	uint64_t counts[3] = {0};
	cptr_t threads[3];

	set_up();
	flag = false;
	for (unsigned i = 0; i < 3; i++)
		threads[i] = worker(i, spin, &counts[i], LOW);
	clock_sleep_ns(100 * MS);
	flag = true;
	for (unsigned i = 0; i < 3; i++) {
		EXPECT(counts[i] > 0);
		worker_finish(threads[i]);
	}
	tear_down();
}

/* 0 to 9: compute that many milliseconds between two notes of the digit. */
static uint64_t longest_ns;

static void compute(void *digit)
{
	char c = (char)(uintptr_t)digit;
	uint64_t start = clock_ns();

	note(c);
	while (clock_ns() - start < (uint64_t)(c - '0') * MS)
		;
	note(c);
	if (clock_ns() - start > longest_ns)
		longest_ns = clock_ns() - start;
}

/*
 * The slice that began for 1 has not ended when it stops, and would end while 4 computes; whose
 * own is long enough, unless the machine's host was busy elsewhere.
 */
TEST(equals, have_slices_of_their_own)
{
	cptr_t one, four, other;

	do {
		longest_ns = 0;
		set_up();
		one = worker(0, compute, letter('1'), LOW);
		other = worker(1, note_letter, letter('o'), LOW);
		worker_finish(other);
		worker_finish(one);
		four = worker(2, compute, letter('4'), LOW);
		other = worker(3, note_letter, letter('o'), LOW);
		worker_finish(other);
		worker_finish(four);
		if (longest_ns < SLICE_NS)
			EXPECT_TEXT(order, "11o44o");
		tear_down();
	} while (longest_ns >= SLICE_NS);
}

/* The first thread as one of the equals: it computes, too. */
TEST(equals, come_while_one_computes)
{
	cptr_t equal;

	set_up();
	equal = worker(0, note_letter, letter('e'), OWN);
	for (uint64_t end = clock_ns() + PATIENCE_S * UINT64_C(1000000000); clock_ns() < end;)
		if (*(volatile char *)order)
			break;
	EXPECT_TEXT(order, "e");
	worker_finish(equal);
	tear_down();
}

/* One waits, spinning, for what the other does: they need turns. */
static bool turns;
static volatile bool second_ran;

static void wait_then_spin(void *argument)
{
	(void)argument;
	ipc_recv(endpoint, 0, &(struct message){0});
	turns = spin_until(&second_ran);
}

static void wait_then_set(void *argument)
{
	(void)argument;
	ipc_recv(endpoint, 0, &(struct message){0});
	second_ran = true;
}

TEST(equals, woken_by_one_call_have_turns)
{
	cptr_t first, second;

	set_up();
	turns = second_ran = false;
	first = worker(0, wait_then_spin, NULL, HIGH);
	second = worker(1, wait_then_set, NULL, HIGH);
	EXPECT_EQ(cap_delete(endpoint), ST_OK);
	worker_finish(first);
	worker_finish(second);
	EXPECT(turns);
	tear_down();
}

/* Called the short way by somebody more urgent, while an equal was waiting for its turn. */
static void serve_spinning(void *argument)
{
	struct message message = {0};

	(void)argument;
	ipc_recv(endpoint, reply, &message);
	turns = spin_until(&second_ran);
	ipc_reply(reply, &message);
}

static void set_flag(void *argument)
{
	(void)argument;
	second_ran = true;
}

TEST(equals, one_of_whom_is_called_have_turns)
{
	cptr_t server, other;
	struct message message = {0};

	set_up();
	turns = second_ran = false;
	server = worker(0, serve_spinning, NULL, HIGH);
	EXPECT_EQ(thread_set_priority(server, ROOT_SLOT_THREAD, LOW), ST_OK);
	other = worker(1, set_flag, NULL, LOW);
	EXPECT_EQ(ipc_call(endpoint, &message), ST_OK);
	EXPECT(turns);
	worker_finish(other);
	worker_finish(server);
	tear_down();
}

/* And one who is answered: his server was more urgent than both. */
static void call_then_spin(void *argument)
{
	struct message message = {0};

	(void)argument;
	ipc_call(endpoint, &message);
	turns = spin_until(&second_ran);
}

static void answer_and_receive(void *argument)
{
	struct message message = {0};

	(void)argument;
	ipc_recv(endpoint, reply, &message);
	notification_wait(notification, &(word_t){0});
	message.tag = 0;
	ipc_reply_recv(endpoint, reply, &message);
}

TEST(equals, one_of_whom_is_answered_have_turns)
{
	cptr_t server, other, caller;

	set_up();
	turns = second_ran = false;
	server = worker(0, answer_and_receive, NULL, HIGH);
	caller = worker(1, call_then_spin, NULL, OWN + 1);
	EXPECT_EQ(thread_set_priority(caller, ROOT_SLOT_THREAD, LOW), ST_OK);
	other = worker(2, set_flag, NULL, LOW);
	EXPECT_EQ(notification_signal(notification), ST_OK);
	worker_finish(caller);
	EXPECT(turns);
	worker_finish(other);
	drop(server);
	tear_down();
}

/* --- sleep */

struct sleeper {
	uint64_t until;
	char letter;
};

static void sleep_and_note(void *argument)
{
	const struct sleeper *sleeper = argument;

	EXPECT_EQ(sys_sleep_until(sleeper->until), ST_OK);
	EXPECT(clock_ns() >= sleeper->until);
	note(sleeper->letter);
}

TEST(sleep_until, ends_in_the_order_of_the_deadlines)
{
	struct sleeper sleepers[5];
	uint64_t start = clock_ns() + 20 * MS;
	cptr_t threads[5];

	set_up();
	for (unsigned i = 0; i < 5; i++) {
		unsigned n = i * 3 % 5;

		sleepers[i] = (struct sleeper){start + n * MS, (char)('a' + n)};
		threads[i] = worker(i, sleep_and_note, &sleepers[i], HIGH);
		EXPECT_EQ(state_of(threads[i]), THREAD_SLEEPING);
	}
	for (unsigned i = 0; i < 5; i++)
		worker_finish(threads[i]);
	EXPECT_TEXT(order, "abcde");
	tear_down();
}

TEST(sleep_until, changes_no_register_but_x0)
{
	uint64_t x[REGISTERS], before[REGISTERS];

	fill_call(x, SYSCALL_sleep_until, clock_ns() + 3 * MS, 2, 3);
	memcpy(before, x, sizeof(x));
	call_with(x);
	expect_only_x0(x, before, ST_OK);
	EXPECT(clock_ns() >= before[0]);
}

/* Ready threads of every priority, made in no order, run from the most urgent to the least. */
static unsigned ran[WORKERS];
static unsigned ran_length;

static void note_priority(void *priority)
{
	ran[ran_length++] = (unsigned)(uintptr_t)priority;
}

TEST(priorities, are_served_from_the_highest_to_the_lowest)
{
	static const unsigned priorities[] = {
		3, 63, 64, 0, 127, 1, 65, 128, 191, 62, 192, 254, 129, 126, 190, 193};
	cptr_t threads[WORKERS];

	set_up();
	own_priority(PRIORITY_MAX);
	ran_length = 0;
	for (unsigned i = 0; i < WORKERS; i++) {
		struct worker_options options = {.stopped = true};

		threads[i] = worker_make(
			i, note_priority, (void *)(uintptr_t)priorities[i], &options);
		EXPECT_EQ(thread_set_priority(threads[i], ROOT_SLOT_THREAD, priorities[i]),
			ST_OK);
		EXPECT_EQ(thread_resume(threads[i]), ST_OK);
	}
	EXPECT_EQ(ran_length, 0);
	for (unsigned i = 0; i < WORKERS; i++)
		worker_finish(threads[i]);
	EXPECT_EQ(ran_length, WORKERS);
	for (unsigned i = 1; i < WORKERS; i++)
		EXPECT(ran[i] < ran[i - 1]);
	own_priority(OWN);
	tear_down();
}
