/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Faults as messages: what a handler learns of each kind, and what its answer does. The thread
 * that faults runs a few instructions of its own below, with known registers.
 */
#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/endpoint.h"
#include "libsys/notification.h"
#include "libsys/syscalls.h"
#include "workers.h"

enum { BADGE = 31, X0 = 0x1111, LR = 0x2220, HERE = 0x3333 };
enum { ESR_EC_SHIFT = 26 };

/* Each snippet faults at its label; behind it, x0 is kept in x20 and the thread ends. */
extern const char fault_read[], fault_write[], fault_undefined[], fault_break[], fault_call[],
	fault_exclusive[], fault_elsewhere[];
__asm__(".text\n"
	"	.align	2\n"
	"fault_read:	ldr	x2, [x1]\n	b	1f\n"
	"fault_write:	str	x2, [x1]\n	b	1f\n"
	"fault_undefined:	udf	#7\n	b	1f\n"
	"fault_break:	brk	#3\n	b	1f\n"
	"fault_call:	svc	#0\n	b	1f\n"
	"fault_exclusive:	ldxr	x2, [x1]\n	b	1f\n"
	"fault_elsewhere:	mov	x21, #1\n"
	"1:	mov	x20, x0\n"
	"	mov	x8, #43\n" /* debug_exit */
	"	svc	#0\n"
	"	b	1b\n");

static cptr_t endpoint, reply, badged, thread;
static uint64_t stack;

static void set_up(void)
{
	endpoint = make(OBJECT_ENDPOINT, 0);
	reply = make(OBJECT_REPLY, 0);
	badged = make_slot();
	EXPECT_EQ(cap_mint(badged, endpoint, RIGHTS_ALL, BADGE), ST_OK);
}

static void tear_down(void)
{
	drop(badged);
	drop(reply);
	drop(endpoint);
}

static void nothing(void *argument)
{
	(void)argument;
}

struct snippet {
	const char *pc;
	uint64_t x1, x8;
	unsigned priority;
};

static void start(const struct snippet *snippet, cptr_t handler)
{
	struct worker_options options = {
		.stopped = true, .fault_endpoint = handler, .priority = snippet->priority};
	struct thread_registers registers;

	thread = worker_make(0, nothing, NULL, &options);
	EXPECT_EQ(thread_read_registers(thread, &registers), ST_OK);
	for (unsigned i = 0; i < REGISTERS; i++)
		registers.x[i] = 0x7000 + i;
	registers.x[0] = X0;
	registers.x[1] = snippet->x1;
	registers.x[8] = snippet->x8;
	registers.x[30] = LR;
	registers.pc = (uint64_t)snippet->pc;
	stack = registers.sp;
	EXPECT_EQ(thread_write_registers(thread, &registers), ST_OK);
	EXPECT_EQ(thread_resume(thread), ST_OK);
}

/* The message of a fault, received by a thread that comes later than it. */
static struct message fault_of(const struct snippet *snippet)
{
	struct message message = {0};

	start(snippet, badged);
	await_state(thread, THREAD_SENDING);
	EXPECT_EQ(ipc_recv(endpoint, reply, &message), ST_OK);
	EXPECT_EQ(state_of(thread), THREAD_CALLING);
	EXPECT_EQ(message.badge, BADGE);
	EXPECT_EQ(tag_words(message.tag), FAULT_WORDS);
	EXPECT_EQ(tag_caps(message.tag), 0);
	EXPECT_EQ(message.words[FAULT_WORD_X0], X0);
	EXPECT_EQ(message.words[FAULT_WORD_LR], LR);
	EXPECT_EQ(message.words[FAULT_WORD_SP], stack);
	return message;
}

static unsigned class_of(const struct message *message)
{
	return (unsigned)(message->words[FAULT_WORD_ESR] >> ESR_EC_SHIFT);
}

static void expect_fault(
	const struct message *message, uint32_t label, uint64_t pc, uint64_t address)
{
	EXPECT_EQ(tag_label(message->tag), label);
	EXPECT_EQ(message->words[FAULT_WORD_PC], pc);
	EXPECT_EQ(message->words[FAULT_WORD_ADDRESS], address);
}

/* --- what each kind tells */

TEST(fault, page_tells_address_and_whether_it_was_written)
{
	enum { ESR_WNR = 1 << 6, CLASS_DATA = 0x24, CLASS_FETCH = 0x20 };
	struct message message;

	set_up();
	message = fault_of(&(struct snippet){.pc = fault_read, .x1 = 0x123450});
	expect_fault(&message, FAULT_PAGE, (uint64_t)fault_read, 0x123450);
	EXPECT_EQ(class_of(&message), CLASS_DATA);
	EXPECT_EQ(message.words[FAULT_WORD_ESR] & ESR_WNR, 0);
	drop(thread);
	message = fault_of(&(struct snippet){.pc = fault_write, .x1 = (uint64_t)fault_read});
	expect_fault(&message, FAULT_PAGE, (uint64_t)fault_write, (uint64_t)fault_read);
	EXPECT_EQ(class_of(&message), CLASS_DATA);
	EXPECT_EQ(message.words[FAULT_WORD_ESR] & ESR_WNR, ESR_WNR);
	drop(thread);
	message = fault_of(&(struct snippet){.pc = (const char *)0x123450});
	expect_fault(&message, FAULT_PAGE, 0x123450, 0x123450);
	EXPECT_EQ(class_of(&message), CLASS_FETCH);
	drop(thread);
	message = fault_of(&(struct snippet){.pc = fault_read, .x1 = 0xffffffff80000000});
	expect_fault(&message, FAULT_PAGE, (uint64_t)fault_read, 0xffffffff80000000);
	drop(thread);
	tear_down();
}

/* QEMU does not check the stack pointer. */
TEST(fault, alignment_of_pc_and_exclusive_access)
{
	enum { CLASS_PC = 0x22, CLASS_DATA = 0x24 };
	static uint64_t words[2];
	uint64_t odd = (uint64_t)words + 1;
	struct message message;

	set_up();
	message = fault_of(&(struct snippet){.pc = fault_read + 2});
	expect_fault(
		&message, FAULT_ALIGNMENT, (uint64_t)fault_read + 2, (uint64_t)fault_read + 2);
	EXPECT_EQ(class_of(&message), CLASS_PC);
	drop(thread);
	message = fault_of(&(struct snippet){.pc = fault_exclusive, .x1 = odd});
	expect_fault(&message, FAULT_ALIGNMENT, (uint64_t)fault_exclusive, odd);
	EXPECT_EQ(class_of(&message), CLASS_DATA);
	drop(thread);
	tear_down();
}

TEST(fault, undefined_instruction_and_breakpoint)
{
	enum { CLASS_UNKNOWN = 0, CLASS_BRK = 0x3c };
	struct message message;

	set_up();
	message = fault_of(&(struct snippet){.pc = fault_undefined});
	expect_fault(&message, FAULT_INSTRUCTION, (uint64_t)fault_undefined, 0);
	EXPECT_EQ(class_of(&message), CLASS_UNKNOWN);
	drop(thread);
	message = fault_of(&(struct snippet){.pc = fault_break});
	expect_fault(&message, FAULT_BREAKPOINT, (uint64_t)fault_break, 0);
	EXPECT_EQ(class_of(&message), CLASS_BRK);
	EXPECT_EQ(message.words[FAULT_WORD_ESR] & 0xffff, 3);
	drop(thread);
	tear_down();
}

TEST(fault, unknown_system_call_tells_its_number)
{
	static const uint64_t numbers[] = {SYSCALL_COUNT, 1000, UINT32_MAX, INT64_MAX};
	struct message message;

	set_up();
	FOR_EACH(number, numbers)
	{
		message = fault_of(&(struct snippet){.pc = fault_call, .x8 = *number});
		expect_fault(&message, FAULT_SYSCALL, (uint64_t)fault_call + 4, 0);
		EXPECT_EQ(message.words[FAULT_WORD_ESR], *number);
		drop(thread);
	}
	tear_down();
}

/* The handler waits: the message goes straight to it. */
static struct message handled;

static void handle_one(void *answer)
{
	const struct message *message = answer;

	EXPECT_EQ(ipc_recv(endpoint, reply, &handled), ST_OK);
	EXPECT_EQ(ipc_reply(reply, message), ST_OK);
}

TEST(fault, reaches_a_handler_that_waits_on_any_cpu)
{
	struct message answer = {.tag = tag_make(FAULT_STOP, 0, 0)};

	set_up();
	for (unsigned cpu = 0; cpu < cpus_online(); cpu++) {
		struct worker_options options = {.cpu = cpu};
		cptr_t handler = worker_make(1, handle_one, &answer, &options);

		await_state(handler, THREAD_RECEIVING);
		start(&(struct snippet){.pc = fault_read, .x1 = 0x5000 + 16 * cpu}, badged);
		worker_finish(handler);
		expect_fault(&handled, FAULT_PAGE, (uint64_t)fault_read, 0x5000 + 16 * cpu);
		EXPECT_EQ(handled.badge, BADGE);
		EXPECT_EQ(handled.words[FAULT_WORD_X0], X0);
		worker_finish(thread);
	}
	tear_down();
}

/* --- answers */

/* The fault is answered; then x20 holds x0 as it was, x21 tells where it went on. */
static struct thread_registers end_after(struct message answer, bool waiting)
{
	struct thread_registers registers = {0};
	cptr_t handler = 0;

	if (waiting)
		handler = worker(1, handle_one, &answer, HIGH);
	start(&(struct snippet){.pc = fault_read, .x1 = 0x123450, .priority = OWN + 1}, badged);
	if (waiting) {
		worker_finish(handler);
	} else {
		EXPECT_EQ(ipc_recv(endpoint, reply, &(struct message){0}), ST_OK);
		EXPECT_EQ(ipc_reply(reply, &answer), ST_OK);
	}
	await_state(thread, THREAD_STOPPED);
	EXPECT_EQ(thread_read_registers(thread, &registers), ST_OK);
	return registers;
}

TEST(answer, resumes_at_another_place_with_another_x0)
{
	set_up();
	for (int waiting = 0; waiting < 2; waiting++) {
		struct thread_registers r =
			end_after((struct message){.tag = tag_make(FAULT_RESUME, 1, 0),
					  .words = {(uint64_t)fault_read + 4, HERE}},
				waiting);

		EXPECT_EQ(r.x[20], X0);
		EXPECT_EQ(r.x[21], 0x7000 + 21);
		EXPECT_EQ(r.x[2], 0x7000 + 2); /* nothing else of the answer */
		EXPECT_EQ(r.x[30], LR);
		drop(thread);
		r = end_after((struct message){.tag = tag_make(FAULT_RESUME, 2, 0),
				      .words = {(uint64_t)fault_elsewhere, HERE, 1, 2}},
			waiting);
		EXPECT_EQ(r.x[20], HERE);
		EXPECT_EQ(r.x[21], 1);
		EXPECT_EQ(r.x[4], 0x7000 + 4);
		drop(thread);
	}
	tear_down();
}

/* Without words it tries the same instruction again, and faults again. */
TEST(answer, without_words_tries_again)
{
	struct message message;

	set_up();
	message = fault_of(
		&(struct snippet){.pc = fault_read, .x1 = 0x123450, .priority = OWN + 1});
	for (int i = 0; i < 3; i++) {
		message.tag = tag_make(FAULT_RESUME, 0, 0);
		EXPECT_EQ(ipc_reply_recv(endpoint, reply, &message), ST_OK);
		expect_fault(&message, FAULT_PAGE, (uint64_t)fault_read, 0x123450);
	}
	drop(thread);
	tear_down();
}

TEST(answer, of_another_label_leaves_the_thread_stopped)
{
	static const word_t labels[] = {FAULT_STOP, 2, UINT32_MAX};
	struct thread_registers r;

	set_up();
	FOR_EACH(label, labels)
	for (int waiting = 0; waiting < 2; waiting++) {
		r = end_after((struct message){.tag = tag_make(*label, 2, 0),
				      .words = {(uint64_t)fault_elsewhere, HERE}},
			waiting);
		EXPECT_EQ(r.pc, (uint64_t)fault_read);
		EXPECT_EQ(r.x[0], X0);
		drop(thread);
	}
	tear_down();
}

/* A debugger's work: the thread stays stopped, its registers are set, it goes on. */
TEST(answer, stop_then_registers_written_then_resumed)
{
	struct thread_registers r;

	set_up();
	r = end_after((struct message){.tag = tag_make(FAULT_STOP, 0, 0)}, false);
	r.pc += 4;
	r.x[0] = HERE;
	EXPECT_EQ(thread_write_registers(thread, &r), ST_OK);
	EXPECT_EQ(thread_resume(thread), ST_OK);
	await_state(thread, THREAD_STOPPED);
	EXPECT_EQ(thread_read_registers(thread, &r), ST_OK);
	EXPECT_EQ(r.x[20], HERE);
	drop(thread);
	tear_down();
}

TEST(answer, to_an_unknown_system_call_is_its_result)
{
	struct thread_registers r;
	struct message message;

	set_up();
	message = fault_of(
		&(struct snippet){.pc = fault_call, .x8 = SYSCALL_COUNT, .priority = OWN + 1});
	message.tag = tag_make(FAULT_RESUME, 2, 0);
	message.words[1] = HERE;
	EXPECT_EQ(ipc_reply(reply, &message), ST_OK);
	await_state(thread, THREAD_STOPPED);
	EXPECT_EQ(thread_read_registers(thread, &r), ST_OK);
	EXPECT_EQ(r.x[20], HERE);
	drop(thread);
	tear_down();
}

/* While it waits for the answer its handler may read its registers and change them. */
TEST(fault, leaves_the_registers_to_be_read_and_written)
{
	struct thread_registers r;

	set_up();
	fault_of(&(struct snippet){.pc = fault_read, .x1 = 0x123450});
	EXPECT_EQ(thread_read_registers(thread, &r), ST_OK);
	EXPECT_EQ(r.pc, (uint64_t)fault_read);
	for (unsigned i = 2; i < 30; i++)
		if (i != 8)
			EXPECT_EQ(r.x[i], 0x7000 + i);
	r.x[20]++;
	EXPECT_EQ(thread_write_registers(thread, &r), ST_OK);
	EXPECT_EQ(thread_read_registers(thread, &r), ST_OK);
	EXPECT_EQ(r.x[20], 0x7000 + 20 + 1);
	EXPECT_EQ(state_of(thread), THREAD_CALLING);
	drop(thread);
	tear_down();
}

/* --- handlers that go */

TEST(handler, whose_reply_object_goes_leaves_the_thread_stopped)
{
	struct thread_registers r;

	set_up();
	fault_of(&(struct snippet){.pc = fault_read, .x1 = 0x123450});
	EXPECT_EQ(cap_delete(reply), ST_OK);
	EXPECT_EQ(state_of(thread), THREAD_STOPPED);
	EXPECT_EQ(thread_read_registers(thread, &r), ST_OK);
	EXPECT_EQ(r.pc, (uint64_t)fault_read);
	EXPECT_EQ(r.x[0], X0);
	drop(thread);
	tear_down();
}

TEST(handler, whose_endpoint_goes_leaves_the_thread_stopped)
{
	set_up();
	start(&(struct snippet){.pc = fault_read, .x1 = 0x123450}, badged);
	await_state(thread, THREAD_SENDING);
	EXPECT_EQ(endpoint_cancel(badged), ST_OK); /* its badge is taken back */
	EXPECT_EQ(state_of(thread), THREAD_STOPPED);
	EXPECT_EQ(thread_resume(thread), ST_OK); /* and faults again */
	EXPECT_EQ(state_of(thread), THREAD_SENDING);
	EXPECT_EQ(thread_suspend(thread), ST_OK);
	EXPECT_EQ(state_of(thread), THREAD_STOPPED);
	expect_refused(SYSCALL_try_recv, endpoint, 0, 0, ST_SHOULD_WAIT);
	drop(thread);
	tear_down();
}

/* Received without a reply object there is no way to answer: it is left stopped. */
TEST(handler, without_a_reply_object_leaves_the_thread_stopped)
{
	struct message message = {0};
	cptr_t handler;
	uint64_t x[REGISTERS];

	set_up();
	start(&(struct snippet){.pc = fault_read, .x1 = 0x123450}, badged);
	await_state(thread, THREAD_SENDING);
	EXPECT_EQ(ipc_recv(endpoint, 0, &message), ST_OK);
	EXPECT_EQ(state_of(thread), THREAD_STOPPED);
	drop(thread);
	fill_call(x, SYSCALL_recv, endpoint, 0, 0);
	handler = worker(1, call_in_worker, x, HIGH);
	start(&(struct snippet){.pc = fault_read, .x1 = 0x123450}, badged);
	await_state(thread, THREAD_STOPPED);
	EXPECT_EQ(x[1], tag_make(FAULT_PAGE, FAULT_WORDS, 0));
	worker_finish(handler);
	drop(thread);
	tear_down();
}

/* Thread and handler wait on two sides of the reply object: each may go first. */
TEST(fault, thread_that_goes_leaves_a_free_reply_object)
{
	set_up();
	fault_of(&(struct snippet){.pc = fault_read, .x1 = 0x123450});
	drop(thread);
	expect_refused(SYSCALL_reply, reply, 0, 0, ST_PEER_CLOSED);
	fault_of(&(struct snippet){.pc = fault_read, .x1 = 0x123450});
	EXPECT_EQ(thread_suspend(thread), ST_OK);
	expect_refused(SYSCALL_reply, reply, 0, 0, ST_PEER_CLOSED);
	expect_refused(SYSCALL_try_recv, endpoint, 0, reply, ST_SHOULD_WAIT);
	drop(thread);
	tear_down();
}

/* Its copy in the thread is derived from the capability given: revoked, nobody is told. */
TEST(fault, of_a_thread_whose_fault_endpoint_was_revoked_stops_it)
{
	set_up();
	start(&(struct snippet){.pc = fault_elsewhere, .priority = LOW}, badged);
	EXPECT_EQ(thread_suspend(thread), ST_OK);
	EXPECT_EQ(cap_revoke(endpoint), ST_OK);
	drop(thread);
	EXPECT_EQ(cap_mint(badged, endpoint, RIGHTS_ALL, BADGE), ST_OK);
	start(&(struct snippet){.pc = fault_read, .x1 = 0x123450, .priority = LOW}, badged);
	EXPECT_EQ(cap_revoke(endpoint), ST_OK);
	await_state(thread, THREAD_STOPPED);
	expect_refused(SYSCALL_try_recv, endpoint, 0, 0, ST_SHOULD_WAIT);
	drop(thread);
	tear_down();
}

TEST(fault, of_a_thread_without_a_handler_stops_it)
{
	struct thread_registers r;

	set_up();
	start(&(struct snippet){.pc = fault_break}, 0);
	await_state(thread, THREAD_STOPPED);
	EXPECT_EQ(thread_read_registers(thread, &r), ST_OK);
	EXPECT_EQ(r.pc, (uint64_t)fault_break);
	drop(thread);
	start(&(struct snippet){.pc = fault_call, .x8 = SYSCALL_COUNT}, 0);
	await_state(thread, THREAD_STOPPED); /* told by x0, it went on to its end */
	EXPECT_EQ(thread_read_registers(thread, &r), ST_OK);
	EXPECT_EQ((int64_t)r.x[20], ST_BAD_SYSCALL);
	drop(thread);
	tear_down();
}

/* One handler, faults from all CPUs at once, each thread with several. */
static void break_often(void *argument)
{
	(void)argument;
	for (int i = 0; i < 10; i++)
		__asm__ volatile("brk #9");
}

TEST(handler, serves_threads_on_all_cpus)
{
	struct message message = {0};
	cptr_t threads[8];

	set_up();
	for (unsigned i = 0; i < 8; i++) {
		struct worker_options options = {
			.cpu = i % cpus_online(), .fault_endpoint = badged, .priority = LOW};

		threads[i] = worker_make(i, break_often, NULL, &options);
	}
	EXPECT_EQ(ipc_recv(endpoint, reply, &message), ST_OK);
	for (int i = 1; i < 80; i++) {
		message.tag = tag_make(FAULT_RESUME, 1, 0);
		message.words[0] += 4;
		EXPECT_EQ(ipc_reply_recv(endpoint, reply, &message), ST_OK);
		EXPECT_EQ(tag_label(message.tag), FAULT_BREAKPOINT);
	}
	message.tag = tag_make(FAULT_RESUME, 1, 0);
	message.words[0] += 4;
	EXPECT_EQ(ipc_reply(reply, &message), ST_OK);
	for (unsigned i = 0; i < 8; i++)
		worker_finish(threads[i]);
	tear_down();
}
