/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What a program cannot do with what it has: name what it was not given, have more rights than
 * it was given, use what was taken back, be taken for another. It is a thread with a CSpace of
 * its own of 16 slots.
 */
#include "libsys/boot.h"
#include "libsys/endpoint.h"
#include "libsys/irq.h"
#include "libsys/notification.h"
#include "libsys/syscalls.h"
#include "libsys/timer.h"
#include "workers.h"

enum { RADIX = 4, SLOTS = 1 << RADIX };

/* What the confined thread finds in its CSpace. */
enum { OWN_CNODE = 1, OWN_ENDPOINT = 2, OWN_SIGNAL = 3, OWN_FREE = 8, OWN_FREE_2 = 9 };

static cptr_t cnode, guarded, endpoint, notification, reply;

static void set_up(void)
{
	cnode = make(OBJECT_CNODE, RADIX);
	guarded = make_slot();
	endpoint = make(OBJECT_ENDPOINT, 0);
	notification = make(OBJECT_NOTIFICATION, 0);
	reply = make(OBJECT_REPLY, 0);
	EXPECT_EQ(cap_mint(guarded, cnode, RIGHTS_ALL, guard_word(0, 64 - RADIX)), ST_OK);
	EXPECT_EQ(cap_mint_at(cap_in(cnode, RADIX, OWN_ENDPOINT), cap_at(endpoint), RIGHT_WRITE,
			  0x77),
		ST_OK);
	EXPECT_EQ(
		cap_copy_at(cap_in(cnode, RADIX, OWN_SIGNAL), cap_at(notification), RIGHT_READ),
		ST_OK);
}

static void tear_down(void)
{
	drop(reply);
	drop(notification);
	drop(endpoint);
	drop(guarded);
	drop(cnode);
}

/* Give it its own CNode, too: it can then do with its slots what it likes. */
static void give_cnode(void)
{
	EXPECT_EQ(cap_copy_at(cap_in(cnode, RADIX, OWN_CNODE), cap_at(guarded), RIGHTS_ALL),
		ST_OK);
}

static void take_cnode(void)
{
	EXPECT_EQ(cap_delete_at(cap_in(cnode, RADIX, OWN_CNODE)), ST_OK);
}

static void run_confined(void (*function)(void *), void *argument)
{
	struct worker_options options = {.cspace = guarded};
	cptr_t thread = worker_make(0, function, argument, &options);

	await_state(thread, THREAD_STOPPED);
	drop(thread);
}

/* --- forgery */

static unsigned found;

static bool is_own(cptr_t cptr)
{
	return cptr == OWN_ENDPOINT || cptr == OWN_SIGNAL;
}

/* Each bit of each valid number turned, numbers near them, and the first program's. */
static void try_numbers(void *argument)
{
	static const cptr_t near[] = {0, OWN_ENDPOINT, OWN_SIGNAL, SLOTS, SLOTS + OWN_ENDPOINT,
		ROOT_SLOT_THREAD, ROOT_SLOT_VSPACE, ROOT_SLOT_IRQ_CONTROL, 1 << ROOT_CNODE_BITS,
		UINT64_MAX};

	(void)argument;
	FOR_EACH(number, near)
	{
		for (cptr_t cptr = *number - 40; cptr != *number + 40; cptr++)
			found += !is_own(cptr) && cap_info(cptr) >= 0;
		for (unsigned bit = 0; bit < 64; bit++)
			for (unsigned other = bit; other < 64; other++) {
				cptr_t cptr = *number ^ (cptr_t)1 << bit ^ (cptr_t)1 << other;

				found += !is_own(cptr) && cap_info(cptr) >= 0;
			}
	}
	for (cptr_t cptr = 0; cptr < 2 << ROOT_CNODE_BITS; cptr++)
		found += !is_own(cptr) && cap_info(cptr) >= 0;
	found += cap_info_type(cap_info(OWN_ENDPOINT)) != OBJECT_ENDPOINT;
}

TEST(forgery, no_number_names_what_was_not_given)
{
	set_up();
	found = 0;
	run_confined(try_numbers, NULL);
	EXPECT_EQ(found, 0);
	tear_down();
}

/* --- amplification */

/* Has what stands there a right beyond these? */
static void expect_at_most(cptr_t cap, word_t rights)
{
	found += (cap_info_rights(cap_info(cap)) & ~rights) != 0;
}

static void try_amplify(void *argument)
{
	struct message message = {0};
	word_t bits;

	(void)argument;
	for (word_t rights = 0; rights <= RIGHTS_ALL; rights++) {
		struct cap_place to = {OWN_CNODE, OWN_FREE, 64};
		struct cap_place again = {OWN_CNODE, OWN_FREE_2, 64};
		struct cap_place from = {OWN_CNODE, OWN_ENDPOINT, 64};

		if (cap_copy_at(to, from, rights) == ST_OK) {
			expect_at_most(OWN_FREE, rights & RIGHT_WRITE);
			cap_copy_at(again, to, RIGHTS_ALL);
			expect_at_most(OWN_FREE_2, rights & RIGHT_WRITE);
			cap_delete_at(again);
			cap_delete_at(to);
		}
		found += cap_mint_at(to, from, rights, 0x78) != ST_BAD_STATE; /* has a badge */
		if (cap_mint_at(to, from, rights, 0) == ST_OK) {
			expect_at_most(OWN_FREE, rights & RIGHT_WRITE);
			cap_move_at(again, to);
			expect_at_most(OWN_FREE_2, rights & RIGHT_WRITE);
			cap_delete_at(again);
		}
	}
	found += ipc_try_recv(OWN_ENDPOINT, 0, &message) != ST_ACCESS_DENIED;
	found += ipc_call(OWN_ENDPOINT, &message) != ST_ACCESS_DENIED;
	message.tag = tag_make(0, 0, 1);
	ipc_send_cap(0, OWN_SIGNAL, RIGHTS_ALL);
	found += ipc_try_send(OWN_ENDPOINT, &message) != ST_ACCESS_DENIED;
	found += notification_signal(OWN_SIGNAL) != ST_ACCESS_DENIED;
	found += notification_poll(OWN_SIGNAL, &bits) != ST_SHOULD_WAIT;
}

TEST(amplification, no_copy_has_more_rights_than_its_source)
{
	set_up();
	give_cnode();
	found = 0;
	run_confined(try_amplify, NULL);
	EXPECT_EQ(found, 0);
	take_cnode();
	tear_down();
}

/* With GRANT, what is sent along has at most the sender's rights. */
static void send_along(void *argument)
{
	struct message message = {.tag = tag_make(0, 0, 2)};

	(void)argument;
	ipc_send_cap(0, OWN_SIGNAL, RIGHTS_ALL);
	ipc_send_cap(1, OWN_SIGNAL, UINT64_MAX);
	ipc_send(OWN_ENDPOINT, &message);
}

TEST(amplification, no_capability_gains_rights_in_a_message)
{
	struct message message = {0};
	cptr_t window;

	set_up();
	REQUIRE(slots_alloc(2, &window) == ST_OK);
	EXPECT_EQ(cap_delete_at(cap_in(cnode, RADIX, OWN_ENDPOINT)), ST_OK);
	EXPECT_EQ(cap_copy_at(cap_in(cnode, RADIX, OWN_ENDPOINT), cap_at(endpoint),
			  RIGHT_WRITE | RIGHT_GRANT),
		ST_OK);
	struct worker_options options = {.cspace = guarded};
	cptr_t thread = worker_make(0, send_along, NULL, &options);

	ipc_receive_slots(ROOT_SLOT_CNODE, window, 2);
	EXPECT_EQ(ipc_recv(endpoint, reply, &message), ST_OK);
	ipc_receive_slots(0, 0, 0);
	EXPECT_EQ(tag_caps(message.tag), 2);
	EXPECT_EQ(cap_info_rights(cap_info(window)), RIGHT_READ);
	EXPECT_EQ(cap_info_rights(cap_info(window + 1)), RIGHT_READ);
	worker_finish(thread);
	EXPECT_EQ(objects_delete(window, 2), ST_OK);
	tear_down();
}

/* --- use after revocation */

/* The calls of messages and slots. */
static void expect_gone_from_slots(cptr_t gone, cptr_t free)
{
	word_t bits;

	expect_refused(SYSCALL_call, gone, 0, 0, ST_BAD_HANDLE);
	expect_refused(SYSCALL_reply_recv, gone, 0, reply, ST_BAD_HANDLE);
	expect_refused(SYSCALL_reply_recv, endpoint, 0, gone, ST_BAD_HANDLE);
	expect_refused(SYSCALL_send, gone, 0, 0, ST_BAD_HANDLE);
	expect_refused(SYSCALL_try_send, gone, 0, 0, ST_BAD_HANDLE);
	expect_refused(SYSCALL_recv, gone, 0, 0, ST_BAD_HANDLE);
	expect_refused(SYSCALL_try_recv, gone, 0, 0, ST_BAD_HANDLE);
	expect_refused(SYSCALL_try_recv, endpoint, 0, gone, ST_BAD_HANDLE);
	expect_refused(SYSCALL_reply, gone, 0, 0, ST_BAD_HANDLE);
	EXPECT_EQ(notification_signal(gone), ST_BAD_HANDLE);
	EXPECT_EQ(notification_poll(gone, &bits), ST_BAD_HANDLE);
	EXPECT_EQ(cap_copy(free, gone, RIGHTS_ALL), ST_BAD_HANDLE);
	EXPECT_EQ(cap_mint(free, gone, RIGHTS_ALL, 1), ST_BAD_HANDLE);
	EXPECT_EQ(cap_move(free, gone), ST_BAD_HANDLE);
	EXPECT_EQ(cap_mutate(free, gone, 0), ST_BAD_HANDLE);
	EXPECT_EQ(cap_swap(free, gone), ST_BAD_HANDLE);
	EXPECT_EQ(cap_rotate(&(struct cap_rotation){
			  .to = cap_at(free), .pivot = cap_at(gone), .source = cap_at(reply)}),
		ST_BAD_HANDLE);
	EXPECT_EQ(
		cap_copy_at((struct cap_place){gone, 0, 64}, cap_at(reply), 0), ST_BAD_HANDLE);
	EXPECT_EQ(cap_revoke(gone), ST_BAD_HANDLE);
	EXPECT_EQ(cap_delete(gone), ST_OK);
	EXPECT_EQ(cap_info(gone), ST_BAD_HANDLE);
	EXPECT_EQ(untyped_retype(gone, OBJECT_ENDPOINT, 0, free, 1), ST_BAD_HANDLE);
	EXPECT_EQ(untyped_free(gone), ST_BAD_HANDLE);
	EXPECT_EQ(endpoint_cancel(gone), ST_BAD_HANDLE);
}

static void expect_gone_from_threads(cptr_t gone, cptr_t free)
{
	cptr_t other = make(OBJECT_THREAD, 0), timer = make(OBJECT_TIMER, 0);
	struct thread_registers general;
	struct thread_info info;

	EXPECT_EQ(thread_configure(gone, 0, 0, 0, 0), ST_BAD_HANDLE);
	EXPECT_EQ(thread_configure(other, gone, 0, 0, 0), ST_BAD_HANDLE);
	EXPECT_EQ(thread_configure(other, 0, gone, 0, 0), ST_BAD_HANDLE);
	EXPECT_EQ(thread_configure(other, 0, 0, gone, 0), ST_BAD_HANDLE);
	EXPECT_EQ(thread_read_registers(gone, &general), ST_BAD_HANDLE);
	EXPECT_EQ(thread_write_registers(gone, &general), ST_BAD_HANDLE);
	EXPECT_EQ(thread_resume(gone), ST_BAD_HANDLE);
	EXPECT_EQ(thread_suspend(gone), ST_BAD_HANDLE);
	EXPECT_EQ(thread_set_priority(gone, ROOT_SLOT_THREAD, 0), ST_BAD_HANDLE);
	EXPECT_EQ(thread_set_priority(other, gone, 0), ST_BAD_HANDLE);
	EXPECT_EQ(thread_set_priority_max(other, gone, 0), ST_BAD_HANDLE);
	EXPECT_EQ(thread_set_cpu(gone, ROOT_SLOT_THREAD, 0), ST_BAD_HANDLE);
	EXPECT_EQ(thread_set_tls(gone, NULL), ST_BAD_HANDLE);
	EXPECT_EQ(thread_bind(gone, 0), ST_BAD_HANDLE);
	EXPECT_EQ(thread_bind(other, gone), ST_BAD_HANDLE);
	EXPECT_EQ(thread_set_name(gone, ""), ST_BAD_HANDLE);
	EXPECT_EQ(thread_info(gone, &info), ST_BAD_HANDLE);
	EXPECT_EQ(timer_bind(gone, 0), ST_BAD_HANDLE);
	EXPECT_EQ(timer_bind(timer, gone), ST_BAD_HANDLE);
	EXPECT_EQ(timer_set(gone, 0), ST_BAD_HANDLE);
	EXPECT_EQ(timer_cancel(gone), ST_BAD_HANDLE);
	EXPECT_EQ(sys_irq_claim(gone, 40, IRQ_EDGE, ROOT_SLOT_CNODE, free), ST_BAD_HANDLE);
	EXPECT_EQ(sys_irq_bind(gone, 0), ST_BAD_HANDLE);
	EXPECT_EQ(sys_irq_ack(gone), ST_BAD_HANDLE);
	drop(timer);
	drop(other);
}

/* Every call, with one capability that was revoked in every place that takes one. */
static void expect_gone(cptr_t gone)
{
	cptr_t free = make_slot();

	expect_gone_from_slots(gone, free);
	expect_gone_from_threads(gone, free);
	EXPECT(is_empty(free));
	drop(free);
}

TEST(revocation, leaves_nothing_to_call_by)
{
	static const enum object types[] = {OBJECT_ENDPOINT, OBJECT_NOTIFICATION, OBJECT_REPLY,
		OBJECT_THREAD, OBJECT_TIMER, OBJECT_CNODE, OBJECT_UNTYPED};

	set_up();
	FOR_EACH(type, types)
	{
		unsigned size_bits = *type == OBJECT_UNTYPED ? 12 :
			*type == OBJECT_CNODE		     ? 4 :
							       0;
		cptr_t original = make(*type, size_bits), copy = make_slot();

		EXPECT_EQ(cap_copy(copy, original, RIGHTS_ALL), ST_OK);
		EXPECT(!is_empty(copy));
		EXPECT_EQ(cap_revoke(original), ST_OK);
		expect_gone(copy);
		drop(copy);
		drop(original);
	}
	tear_down();
}

/* In another CSpace, as deep a copy of a copy as fits. */
TEST(revocation, reaches_every_cspace)
{
	set_up();
	EXPECT_EQ(cap_copy_at(cap_in(cnode, RADIX, 10), cap_at(endpoint), RIGHTS_ALL), ST_OK);
	for (word_t i = 11; i < SLOTS; i++)
		EXPECT_EQ(cap_copy_at(cap_in(cnode, RADIX, i), cap_in(cnode, RADIX, i - 1),
				  RIGHTS_ALL),
			ST_OK);
	EXPECT_EQ(cap_revoke(endpoint), ST_OK);
	for (word_t i = 0; i < SLOTS; i++) {
		status_t st = cap_move_at(cap_in(cnode, RADIX, 0), cap_in(cnode, RADIX, i));

		EXPECT_EQ(st, i == OWN_SIGNAL ? ST_OK : ST_BAD_HANDLE);
		if (st == ST_OK)
			EXPECT_EQ(cap_delete_at(cap_in(cnode, RADIX, 0)), ST_OK);
	}
	tear_down();
}

/* --- stale badges */

static void send_as(void *badged)
{
	ipc_send((cptr_t)(uintptr_t)badged, &(struct message){.tag = tag_make(1, 0, 0)});
}

/*
 * A client whose badge was taken back, its messages canceled, cannot be taken for the next
 * one that gets the badge; even if it had a message waiting.
 */
TEST(badge, of_a_client_that_is_gone_comes_from_the_next_one_alone)
{
	cptr_t old = make_slot(), next = make_slot(), threads[2];
	struct message message = {0};

	set_up();
	EXPECT_EQ(cap_mint(old, endpoint, RIGHTS_ALL, 5), ST_OK);
	threads[0] = worker(0, send_as, (void *)old, HIGH);
	EXPECT_EQ(state_of(threads[0]), THREAD_SENDING);
	EXPECT_EQ(cap_mint(next, endpoint, RIGHTS_ALL, 5), ST_OK);
	EXPECT_EQ(cap_delete(next), ST_OK);
	EXPECT_EQ(endpoint_cancel(old), ST_OK);
	EXPECT_EQ(cap_delete(old), ST_OK);
	EXPECT_EQ(cap_mint(next, endpoint, RIGHTS_ALL, 5), ST_OK);
	expect_refused(SYSCALL_try_recv, endpoint, 0, 0, ST_SHOULD_WAIT);
	threads[1] = worker(1, send_as, (void *)next, HIGH);
	EXPECT_EQ(ipc_recv(endpoint, 0, &message), ST_OK);
	EXPECT_EQ(message.badge, 5);
	expect_refused(SYSCALL_try_recv, endpoint, 0, 0, ST_SHOULD_WAIT);
	expect_refused(SYSCALL_send, old, 0, 0, ST_BAD_HANDLE);
	worker_finish(threads[0]);
	worker_finish(threads[1]);
	drop(next);
	drop(old);
	tear_down();
}

/* A badge cannot be had but by who has a capability without one. */
TEST(badge, is_set_once_and_kept_by_every_copy)
{
	cptr_t badged = make_slot(), copy = make_slot(), sender;
	struct message message = {0};

	set_up();
	EXPECT_EQ(cap_mint(badged, endpoint, RIGHTS_ALL, 5), ST_OK);
	EXPECT_EQ(cap_mint(copy, badged, RIGHTS_ALL, 6), ST_BAD_STATE);
	EXPECT_EQ(cap_mint(copy, badged, RIGHTS_ALL, 5), ST_BAD_STATE);
	EXPECT_EQ(cap_copy(copy, badged, RIGHTS_ALL), ST_OK);
	EXPECT_EQ(cap_delete(badged), ST_OK);
	EXPECT_EQ(cap_mint(badged, copy, RIGHTS_ALL, 6), ST_BAD_STATE);
	EXPECT_EQ(cap_move(badged, copy), ST_OK);
	sender = worker(0, send_as, (void *)badged, HIGH);
	EXPECT_EQ(ipc_recv(endpoint, 0, &message), ST_OK);
	EXPECT_EQ(message.badge, 5);
	worker_finish(sender);
	drop(copy);
	drop(badged);
	tear_down();
}
