/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * VMOs with a pager. The first thread is the pager; workers touch what is missing, wait, and are
 * looked at.
 */
#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/endpoint.h"
#include "libsys/pager.h"
#include "memory.h"
#include "workers.h"

enum { BADGE = 77, OTHER_BADGE = 78, PAGES = 8, SIZE = PAGES * PAGE, CPUS = 4 };

cptr_t pool;
static cptr_t endpoint, reply, badged, handler, vmo, source;
static struct message m;

/* What a worker does, and what came of it. */
static struct job {
	cptr_t vmo;
	uint64_t offset, size;
	volatile uint8_t *at;
	int64_t result;
	char buffer[3 * PAGE];
} job;

static cptr_t badge_of(word_t badge)
{
	cptr_t slot = make_slot();

	REQUIRE(cap_mint(slot, endpoint, RIGHTS_ALL, badge) == ST_OK);
	return slot;
}

/* A paged VMO, and one of as many pages, each full of its number + 1, to supply it from. */
static void set_up(void)
{
	endpoint = make(OBJECT_ENDPOINT, 0);
	handler = make(OBJECT_ENDPOINT, 0);
	reply = make(OBJECT_REPLY, 0);
	badged = badge_of(BADGE);
	vmo = make_vmo(SIZE, VMO_OPTION_RESIZABLE);
	source = make_vmo(SIZE, 0);
	for (unsigned p = 0; p < PAGES; p++)
		REQUIRE(poke(source, p * PAGE, (uint8_t)(p + 1)) == ST_OK);
	REQUIRE(vmo_set_pager(vmo, badged) == ST_OK);
	job = (struct job){.vmo = vmo};
	m = (struct message){0};
}

static void tear_down(void)
{
	drop(source);
	drop(vmo);
	drop(badged);
	drop(reply);
	drop(handler);
	drop(endpoint);
}

#define WITH_PAGER(module, sentence) \
	static void module##_##sentence##_paged(void); \
	WITH_POOL(module, sentence) \
	{ \
		set_up(); \
		module##_##sentence##_paged(); \
		tear_down(); \
	} \
	static void module##_##sentence##_paged(void)

static cptr_t begin(void (*function)(void *))
{
	const struct worker_options options = {.fault_endpoint = handler};

	return worker_make(0, function, &job, &options);
}

/* expect_asked: the next message asks for this page. */
static void expect_asked(uint64_t offset, bool write)
{
	m.tag = 0;
	REQUIRE(ipc_recv(endpoint, reply, &m) == ST_OK);
	EXPECT(page_is_missing(&m));
	EXPECT_EQ(m.badge, BADGE);
	EXPECT_EQ(m.words[PAGE_WORD_OFFSET], offset);
	EXPECT_EQ(m.words[PAGE_WORD_WRITE], write);
}

static void answer(word_t tag)
{
	m.tag = tag;
	EXPECT_EQ(ipc_reply(reply, &m), ST_OK);
}

static void supply(uint64_t offset)
{
	EXPECT_EQ(vmo_supply(vmo, offset, PAGE, source, offset), ST_OK);
}

static void expect_page(uint64_t offset, bool write)
{
	expect_asked(offset, write);
	supply(offset);
	answer(page_supplied());
}

/* expect_fault: the thread has a page fault now, which its handler hears of. */
static void expect_fault(uaddr_t at)
{
	REQUIRE(ipc_recv(handler, reply, &m) == ST_OK);
	EXPECT_EQ(tag_label(m.tag), FAULT_PAGE);
	EXPECT_EQ(m.words[FAULT_WORD_ADDRESS], at);
}

static void look(void *unused)
{
	(void)unused;
	job.result = *job.at;
}

static void add(void *unused)
{
	(void)unused;
	job.result = ++*job.at;
}

static void read(void *unused)
{
	(void)unused;
	job.result = vmo_read(job.vmo, job.buffer, job.offset, job.size);
}

static void write(void *unused)
{
	(void)unused;
	job.result = vmo_write(job.vmo, job.buffer, job.offset, job.size);
}

static void commit(void *unused)
{
	(void)unused;
	job.result = vmo_op_range(job.vmo, VMO_OP_COMMIT, job.offset, job.size);
}

static void zero(void *unused)
{
	(void)unused;
	job.result = vmo_op_range(job.vmo, VMO_OP_ZERO, job.offset, job.size);
}

static void clean(void *unused)
{
	(void)unused;
	job.result = vmo_op_range(job.vmo, VMO_OP_CACHE_CLEAN, job.offset, job.size);
}

static void look_up(void *unused)
{
	(void)unused;
	job.result = vmo_lookup(job.vmo, ROOT_SLOT_POOL_MEMORY, job.offset);
}

static void populate(void *unused)
{
	(void)unused;
	job.result = vspace_populate(ROOT_SLOT_VSPACE, (uaddr_t)job.at, job.size, VSPACE_READ);
}

WITH_PAGER(pager, is_asked_by_a_thread_that_reads_and_one_that_writes)
{
	cptr_t thread;

	job.at = map(vmo, SIZE, VSPACE_READ | VSPACE_WRITE) + 3 * PAGE;
	thread = begin(look);
	expect_page(3 * PAGE, false);
	worker_finish(thread);
	EXPECT_EQ(job.result, 4);
	job.at += PAGE;
	thread = begin(add);
	expect_page(4 * PAGE, false); /* it reads first */
	worker_finish(thread);
	EXPECT_EQ(job.result, 6);
	EXPECT_EQ(peek(vmo, 4 * PAGE), 6);
	EXPECT_EQ(peek(source, 4 * PAGE), 0); /* it changed hands */
	EXPECT_EQ(about(vmo).pages, 2);
	unmap(job.at - 4 * PAGE, SIZE);
}

WITH_PAGER(pager, is_asked_for_what_clones_of_clones_and_slices_miss)
{
	cptr_t clone = make_child(vmo, VMO_CHILD_CLONE, 2 * PAGE, SIZE);
	cptr_t deep = make_child(clone, VMO_CHILD_CLONE, PAGE, SIZE);
	cptr_t slice = make_child(vmo, VMO_CHILD_SLICE, 5 * PAGE, 2 * PAGE);
	cptr_t thread;

	job.at = map(deep, SIZE, VSPACE_READ | VSPACE_WRITE);
	job.at += PAGE;
	thread = begin(add);
	expect_page(4 * PAGE, false);
	worker_finish(thread);
	EXPECT_EQ(job.result, 6);
	EXPECT_EQ(peek(clone, 2 * PAGE), 5);
	EXPECT_EQ(peek(vmo, 4 * PAGE), 5);
	EXPECT_EQ(peek(deep, 7 * PAGE), 0); /* behind the end */
	job.vmo = deep;
	job.offset = 2 * PAGE;
	job.size = 1;
	thread = begin(write);
	expect_page(5 * PAGE, true);
	worker_finish(thread);
	EXPECT_EQ(job.result, ST_OK);
	EXPECT_EQ(peek(deep, 2 * PAGE), 0);
	EXPECT_EQ(peek(slice, 0), 6);
	job.vmo = slice;
	job.offset = PAGE;
	thread = begin(read);
	expect_page(6 * PAGE, false);
	worker_finish(thread);
	EXPECT_EQ(job.buffer[0], 7);
	unmap(job.at - PAGE, SIZE);
	drop(slice);
	drop(deep);
	drop(clone);
}

/* Each call that meets a missing page waits for it and does then what it does. */
WITH_PAGER(pager, is_asked_by_calls)
{
	static const struct {
		void (*function)(void *);
		bool write;
	} calls[] = {{read, false}, {write, true}, {commit, true}, {zero, true}, {clean, false},
		{look_up, false}, {populate, false}};
	unsigned page = 0;

	job.size = 1;
	job.at = map(vmo, SIZE, VSPACE_READ);
	FOR_EACH(call, calls)
	{
		cptr_t thread;

		job.offset = page * PAGE;
		job.size = call->function == populate ? PAGE : 1;
		thread = begin(call->function);
		expect_page(job.offset, call->write);
		worker_finish(thread);
		if (call->function != look_up) /* it may not be of that Untyped */
			EXPECT_EQ(job.result, ST_OK);
		page++;
		job.at += PAGE;
	}
	EXPECT_EQ(peek(vmo, 0), 1);
	EXPECT_EQ(peek(vmo, PAGE), 1);
	EXPECT_EQ(peek(vmo, 2 * PAGE), 3);
	EXPECT_EQ(peek(vmo, 3 * PAGE), 0);
	unmap(job.at - page * PAGE, SIZE);
}

WITH_PAGER(pager, is_asked_for_each_page_of_a_call)
{
	volatile uint8_t *at = map(vmo, SIZE, VSPACE_READ | VSPACE_WRITE);
	cptr_t thread;

	job.offset = PAGE / 2;
	job.size = 2 * PAGE;
	thread = begin(read);
	for (unsigned p = 0; p < 3; p++)
		expect_page(p * PAGE, false);
	worker_finish(thread);
	EXPECT_EQ(job.result, ST_OK);
	EXPECT_EQ(job.buffer[PAGE / 2], 2);
	EXPECT_EQ(job.buffer[PAGE / 2 + PAGE], 3);
	job.at = at + 4 * PAGE;
	thread = begin(populate); /* of as many */
	expect_page(4 * PAGE, false);
	expect_page(5 * PAGE, false);
	worker_finish(thread);
	EXPECT_EQ(job.result, ST_OK);
	unmap(at, SIZE);
}

static void read_into_missing(void *unused)
{
	(void)unused;
	job.result = vmo_read(source, (void *)job.at, 0, 1);
}

WITH_PAGER(pager, brings_the_buffer_of_a_call_or_it_is_no_buffer)
{
	cptr_t thread;

	job.at = map(vmo, SIZE, VSPACE_READ | VSPACE_WRITE);
	job.at += 6 * PAGE;
	thread = begin(read_into_missing);
	expect_page(6 * PAGE, true);
	worker_finish(thread);
	EXPECT_EQ(job.result, ST_OK);
	EXPECT_EQ(*job.at, 1);
	job.at += PAGE;
	thread = begin(read_into_missing);
	expect_asked(7 * PAGE, true);
	answer(page_refused());
	worker_finish(thread);
	EXPECT_EQ(job.result, ST_INVALID_ARGS);
	unmap(job.at - 7 * PAGE, SIZE);
}

WITH_PAGER(pager, is_asked_again_if_it_answers_without_the_page)
{
	cptr_t thread;

	job.at = map(vmo, SIZE, VSPACE_READ);
	thread = begin(look);
	for (int i = 0; i < 3; i++) {
		expect_asked(0, false);
		answer(page_supplied());
	}
	expect_page(0, false);
	worker_finish(thread);
	EXPECT_EQ(job.result, 1);
	unmap(job.at, SIZE);
}

/* Its answer is no fault handler's: the thread's registers are not its to set. */
WITH_PAGER(pager, does_not_set_registers)
{
	cptr_t thread;

	job.at = map(vmo, SIZE, VSPACE_READ);
	thread = begin(look);
	expect_asked(0, false);
	supply(0);
	m.words[0] = 4;
	m.words[1] = 5;
	answer(tag_make(FAULT_RESUME, 2, 0));
	worker_finish(thread);
	EXPECT_EQ(job.result, 1);
	job.at += PAGE;
	thread = begin(look);
	expect_asked(PAGE, false);
	supply(PAGE);
	m.words[0] = 4;
	m.tag = tag_make(FAULT_RESUME, 2, 0);
	thread_set_priority(thread, ROOT_SLOT_THREAD, LOW);
	EXPECT_EQ(ipc_reply(reply, &m), ST_OK);
	worker_finish(thread);
	EXPECT_EQ(job.result, 2);
	unmap(job.at - PAGE, SIZE);
}

WITH_PAGER(pager, may_refuse_which_is_a_fault_or_a_status)
{
	cptr_t thread;

	job.at = map(vmo, SIZE, VSPACE_READ);
	thread = begin(look);
	expect_asked(0, false);
	answer(page_refused());
	expect_fault((uaddr_t)job.at);
	answer(tag_make(FAULT_RESUME, 0, 0)); /* a refusal counts once */
	expect_page(0, false);
	worker_finish(thread);
	EXPECT_EQ(job.result, 1);
	job.size = 1;
	job.offset = PAGE;
	thread = begin(read);
	expect_asked(PAGE, false);
	answer(page_refused());
	worker_finish(thread);
	EXPECT_EQ(job.result, ST_PEER_CLOSED);
	thread = begin(write);
	expect_asked(PAGE, true);
	answer(page_refused());
	worker_finish(thread);
	EXPECT_EQ(job.result, ST_PEER_CLOSED);
	unmap(job.at, SIZE);
}

/* Nobody is asked any more; what is there stays; a new one can take over. */
WITH_PAGER(pager, is_detached_and_another_takes_over)
{
	cptr_t other = badge_of(OTHER_BADGE), thread;
	char byte = 0;

	supply(0);
	EXPECT_EQ(vmo_set_pager(vmo, 0), ST_OK);
	EXPECT_EQ(vmo_set_pager(vmo, 0), ST_OK);
	EXPECT_EQ(peek(vmo, 0), 1);
	EXPECT_EQ(vmo_read(vmo, &byte, PAGE, 1), ST_PEER_CLOSED);
	EXPECT_EQ(vmo_write(vmo, &byte, PAGE, 1), ST_PEER_CLOSED);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_COMMIT, PAGE, PAGE), ST_PEER_CLOSED);
	EXPECT_EQ(vmo_lookup(vmo, ROOT_SLOT_POOL_MEMORY, PAGE), ST_PEER_CLOSED);
	job.at = map(vmo, SIZE, VSPACE_READ);
	EXPECT_EQ(vspace_populate(ROOT_SLOT_VSPACE, (uaddr_t)job.at + PAGE, PAGE, VSPACE_READ),
		ST_PEER_CLOSED);
	job.at += PAGE;
	thread = begin(look);
	expect_fault((uaddr_t)job.at);
	EXPECT_EQ(vmo_set_pager(vmo, other), ST_OK);
	answer(tag_make(FAULT_RESUME, 0, 0));
	REQUIRE(ipc_recv(endpoint, reply, &m) == ST_OK);
	EXPECT_EQ(m.badge, OTHER_BADGE);
	EXPECT_EQ(m.words[PAGE_WORD_OFFSET], PAGE);
	supply(PAGE);
	answer(page_supplied());
	worker_finish(thread);
	EXPECT_EQ(job.result, 2);
	unmap(job.at - PAGE, SIZE);
	drop(other);
}

/* With its endpoint: who waits there is refused, and nobody is asked any more. */
WITH_PAGER(pager, may_die_with_its_endpoint_while_requests_wait)
{
	cptr_t thread;

	job.at = map(vmo, SIZE, VSPACE_READ);
	thread = begin(look);
	await_state(thread, THREAD_SENDING);
	EXPECT_EQ(cap_revoke(endpoint), ST_OK);
	EXPECT_EQ(state_of(thread), THREAD_SENDING); /* it may be received yet */
	drop(endpoint);
	expect_fault((uaddr_t)job.at);
	EXPECT_EQ(peek(vmo, 0), ST_PEER_CLOSED);
	endpoint = make(OBJECT_ENDPOINT, 0);
	EXPECT_EQ(vmo_set_pager(vmo, endpoint), ST_OK);
	answer(tag_make(FAULT_RESUME, 0, 0));
	REQUIRE(ipc_recv(endpoint, reply, &m) == ST_OK);
	EXPECT(page_is_missing(&m) && m.badge == 0);
	supply(0);
	answer(page_supplied());
	worker_finish(thread);
	EXPECT_EQ(job.result, 1);
	unmap(job.at, SIZE);
}

/* The VMO's own capability may be the endpoint's last. */
WITH_PAGER(pager, takes_its_endpoint_along)
{
	cptr_t last = make(OBJECT_ENDPOINT, 0), thread;

	EXPECT_EQ(vmo_set_pager(vmo, last), ST_OK);
	job.size = 1;
	thread = begin(read);
	await_state(thread, THREAD_SENDING);
	EXPECT_EQ(cap_delete(last), ST_OK);
	EXPECT_EQ(state_of(thread), THREAD_SENDING);
	EXPECT_EQ(vmo_set_pager(vmo, 0), ST_OK);
	worker_finish(thread);
	EXPECT_EQ(job.result, ST_PEER_CLOSED);
	slot_free(last);
}

/* One that is killed with a request in hand: the next gets it. */
WITH_PAGER(pager, may_die_with_its_reply_object)
{
	cptr_t thread;

	job.at = map(vmo, SIZE, VSPACE_READ);
	thread = begin(look);
	expect_asked(0, false);
	drop(reply);
	reply = make(OBJECT_REPLY, 0);
	expect_page(0, false);
	worker_finish(thread);
	EXPECT_EQ(job.result, 1);
	unmap(job.at, SIZE);
}

WITH_PAGER(pager, refuses_what_it_takes_back_or_cannot_answer)
{
	cptr_t thread;

	job.size = 1;
	thread = begin(read);
	await_state(thread, THREAD_SENDING);
	EXPECT_EQ(endpoint_cancel(badged), ST_OK);
	worker_finish(thread);
	EXPECT_EQ(job.result, ST_PEER_CLOSED);
	thread = begin(read);
	await_state(thread, THREAD_SENDING);
	EXPECT_EQ(ipc_recv(endpoint, 0, &m), ST_OK);
	EXPECT(page_is_missing(&m));
	worker_finish(thread);
	EXPECT_EQ(job.result, ST_PEER_CLOSED);
	job.at = map(vmo, SIZE, VSPACE_READ);
	thread = begin(look);
	await_state(thread, THREAD_SENDING);
	EXPECT_EQ(ipc_recv(endpoint, 0, &m), ST_OK);
	expect_fault((uaddr_t)job.at);
	thread_delete(thread);
	unmap(job.at, SIZE);
}

/* Who waits may be stopped, go on and ask again, or be gone, in the queue or being served. */
WITH_PAGER(pager, outlives_who_waits)
{
	cptr_t thread;

	job.at = map(vmo, SIZE, VSPACE_READ);
	job.size = 1;
	for (int by_call = 0; by_call < 2; by_call++) {
		job.offset = (uint64_t)by_call * PAGE;
		job.at += by_call * PAGE;
		thread = begin(by_call ? read : look);
		await_state(thread, THREAD_SENDING);
		EXPECT_EQ(thread_suspend(thread), ST_OK);
		EXPECT_EQ(ipc_try_recv(endpoint, reply, &m), ST_SHOULD_WAIT);
		EXPECT_EQ(thread_resume(thread), ST_OK);
		expect_asked(job.offset, false);
		EXPECT_EQ(thread_suspend(thread), ST_OK);
		EXPECT_EQ(ipc_reply(reply, &m), ST_PEER_CLOSED);
		EXPECT_EQ(thread_resume(thread), ST_OK);
		expect_page(job.offset, false);
		worker_finish(thread);
		EXPECT_EQ(by_call ? job.buffer[0] : job.result, by_call + 1);
	}
	job.at += PAGE;
	thread = begin(look);
	await_state(thread, THREAD_SENDING);
	thread_delete(thread);
	EXPECT_EQ(ipc_try_recv(endpoint, reply, &m), ST_SHOULD_WAIT);
	thread = begin(look);
	expect_asked(2 * PAGE, false);
	thread_delete(thread);
	EXPECT_EQ(ipc_reply(reply, &m), ST_PEER_CLOSED);
	unmap(job.at - 2 * PAGE, SIZE);
}

/* The VMO goes while somebody waits: by its name, or where it is mapped. */
WITH_PAGER(pager, may_outlive_the_vmo)
{
	cptr_t thread;

	job.size = 1;
	thread = begin(read);
	expect_asked(0, false);
	drop(vmo);
	answer(page_supplied());
	worker_finish(thread);
	EXPECT(job.result == ST_BAD_HANDLE);
	vmo = make_vmo(SIZE, 0);
	EXPECT_EQ(vmo_set_pager(vmo, badged), ST_OK);
	job.at = map(vmo, SIZE, VSPACE_READ);
	thread = begin(look);
	expect_asked(0, false);
	drop(vmo); /* the last capability: nobody can supply it any more */
	answer(page_supplied());
	expect_fault((uaddr_t)job.at);
	thread_delete(thread);
	unmap(job.at, SIZE);
	vmo = make_vmo(PAGE, 0);
}

/* Clones keep what they show, and miss the rest: not zeros. */
WITH_PAGER(pager, leaves_clones_what_they_show)
{
	cptr_t clone = make_child(vmo, VMO_CHILD_CLONE, PAGE, SIZE);
	cptr_t deep = make_child(clone, VMO_CHILD_CLONE, PAGE, SIZE), thread;

	supply(3 * PAGE);
	EXPECT_EQ(peek(deep, PAGE), 4);
	job.vmo = deep;
	job.size = 1;
	thread = begin(read);
	expect_asked(2 * PAGE, false);
	drop(vmo);
	answer(page_supplied());
	worker_finish(thread);
	EXPECT_EQ(job.result, ST_PEER_CLOSED);
	EXPECT_EQ(peek(deep, PAGE), 4);
	EXPECT_EQ(peek(clone, 2 * PAGE), 4);
	EXPECT_EQ(peek(clone, PAGE), ST_PEER_CLOSED);
	EXPECT_EQ(peek(clone, 7 * PAGE), 0);
	EXPECT_EQ(vmo_set_pager(clone, badged), ST_OK); /* it is its own now */
	thread = begin(read);
	expect_asked(PAGE, false);
	EXPECT_EQ(vmo_supply(clone, PAGE, PAGE, source, 0), ST_OK);
	answer(page_supplied());
	worker_finish(thread);
	EXPECT_EQ(job.buffer[0], 1);
	drop(deep);
	drop(clone);
	vmo = make_vmo(PAGE, 0);
}

WITH_PAGER(pager, is_chosen_while_a_vmo_is_untouched)
{
	cptr_t weak = with_rights(vmo, RIGHT_READ | RIGHT_WRITE | RIGHT_MAP);
	cptr_t deaf = with_rights(endpoint, RIGHT_READ | RIGHT_WRITE), other, child;
	cptr_t fixed = 0, dumb = with_rights(endpoint, RIGHT_READ | RIGHT_GRANT);

	EXPECT_EQ(vmo_set_pager(weak, badged), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_set_pager(vmo, deaf), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_set_pager(vmo, dumb), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_set_pager(vmo, vmo), ST_WRONG_TYPE);
	EXPECT_EQ(vmo_set_pager(endpoint, badged), ST_WRONG_TYPE);
	EXPECT_EQ(vmo_set_cache(vmo, VMO_CACHE_UNCACHED), ST_BAD_STATE);
	EXPECT_EQ(vmo_set_pager(source, badged), ST_BAD_STATE); /* it was written */
	other = make_vmo(SIZE, 0);
	EXPECT_EQ(vmo_set_pager(other, 0), ST_BAD_STATE);
	child = make_child(other, VMO_CHILD_CLONE, 0, SIZE);
	EXPECT_EQ(vmo_set_pager(other, badged), ST_BAD_STATE);
	EXPECT_EQ(vmo_set_pager(child, badged), ST_BAD_STATE);
	drop(child);
	job.at = map(other, SIZE, VSPACE_READ);
	EXPECT_EQ(vmo_set_pager(other, badged), ST_BAD_STATE);
	unmap(job.at, SIZE);
	EXPECT_EQ(vmo_set_cache(other, VMO_CACHE_UNCACHED), ST_OK);
	EXPECT_EQ(vmo_set_pager(other, badged), ST_BAD_STATE);
	EXPECT_EQ(vmo_set_cache(other, VMO_CACHE_CACHED), ST_OK);
	EXPECT_EQ(vmo_set_pager(other, badged), ST_OK);
	EXPECT_EQ(vmo_create_contiguous(pool, PAGE, 0, VMO_CACHE_CACHED, &fixed), ST_OK);
	EXPECT_EQ(vmo_set_pager(fixed, badged), ST_BAD_STATE);
	EXPECT_EQ(vmo_clone(vmo, VMO_CHILD_SNAPSHOT, 0, SIZE, pool, &child), ST_BAD_STATE);
	drop(fixed);
	drop(other);
	drop(dumb);
	drop(deaf);
	drop(weak);
}

WITH_PAGER(supply, says_what_is_wrong)
{
	cptr_t weak = with_rights(vmo, RIGHT_READ | RIGHT_MAP | RIGHT_PROPERTY);
	cptr_t weak_source = with_rights(source, RIGHT_READ);
	cptr_t clone = make_child(source, VMO_CHILD_CLONE, 0, SIZE);
	cptr_t other = make_vmo(SIZE, 0);

	EXPECT_EQ(vmo_supply(weak, 0, PAGE, source, 0), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_supply(vmo, 0, PAGE, weak_source, 0), ST_ACCESS_DENIED);
	EXPECT_EQ(vmo_supply(vmo, 0, PAGE, endpoint, 0), ST_WRONG_TYPE);
	EXPECT_EQ(vmo_supply(vmo, 1, PAGE, source, 0), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_supply(vmo, 0, PAGE - 1, source, 0), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_supply(vmo, 0, PAGE, source, 8), ST_INVALID_ARGS);
	EXPECT_EQ(vmo_supply(vmo, SIZE, PAGE, source, 0), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_supply(vmo, 0, PAGE, source, SIZE), ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_supply(vmo, 0, UINT64_MAX & ~(uint64_t)(PAGE - 1), source, 0),
		ST_OUT_OF_RANGE);
	EXPECT_EQ(vmo_supply(source, 0, PAGE, vmo, 0), ST_BAD_STATE);
	EXPECT_EQ(vmo_supply(vmo, 0, PAGE, vmo, PAGE), ST_BAD_STATE);
	EXPECT_EQ(vmo_supply(vmo, 0, PAGE, clone, 0), ST_BAD_STATE);
	EXPECT_EQ(vmo_set_pager(other, badged), ST_OK);
	EXPECT_EQ(vmo_supply(vmo, 0, PAGE, other, 0), ST_PEER_CLOSED);
	drop(other);
	other = make_vmo(SIZE, 0);
	EXPECT_EQ(vmo_set_cache(other, VMO_CACHE_UNCACHED), ST_OK);
	EXPECT_EQ(vmo_supply(vmo, 0, PAGE, other, 0), ST_BAD_STATE);
	EXPECT_EQ(vmo_supply(vmo, 0, 0, source, 0), ST_OK);
	EXPECT_EQ(about(vmo).pages, 0);
	drop(other);
	drop(clone);
	drop(weak_source);
	drop(weak);
}

/* Zeros of the source are pages of zeros, what is there stays, other Pools' pages are copied. */
WITH_PAGER(supply, moves_copies_and_leaves_alone)
{
	cptr_t snapshot = make_child(source, VMO_CHILD_SNAPSHOT, 0, SIZE), blank, foreign = 0;

	EXPECT_EQ(vmo_supply(vmo, 0, 2 * PAGE, source, 0), ST_OK); /* shared: copied */
	EXPECT_EQ(peek(source, PAGE), 2);
	EXPECT_EQ(peek(snapshot, PAGE), 2);
	EXPECT_EQ(peek(vmo, PAGE), 2);
	drop(snapshot);
	EXPECT_EQ(vmo_supply(vmo, 0, 4 * PAGE, source, 4 * PAGE), ST_OK);
	EXPECT_EQ(peek(vmo, PAGE), 2);
	EXPECT_EQ(peek(source, 5 * PAGE), 6);
	EXPECT_EQ(peek(vmo, 2 * PAGE), 7);
	EXPECT_EQ(peek(source, 6 * PAGE), 0);
	blank = make_vmo(PAGE, 0);
	EXPECT_EQ(vmo_supply(vmo, 4 * PAGE, PAGE, blank, 0), ST_OK);
	EXPECT_EQ(peek(vmo, 4 * PAGE), 0);
	EXPECT_EQ(vmo_create(ROOT_SLOT_POOL, PAGE, 0, &foreign), ST_OK);
	EXPECT_EQ(poke(foreign, 0, 99), ST_OK);
	EXPECT_EQ(vmo_supply(vmo, 5 * PAGE, PAGE, foreign, 0), ST_OK);
	EXPECT_EQ(peek(vmo, 5 * PAGE), 99);
	EXPECT_EQ(peek(foreign, 0), 99);
	EXPECT_EQ(vmo_op_range(vmo, VMO_OP_DECOMMIT, 5 * PAGE, PAGE), ST_OK);
	EXPECT_EQ(vmo_set_pager(vmo, 0), ST_OK);
	EXPECT_EQ(peek(vmo, 5 * PAGE), ST_PEER_CLOSED); /* missing again */
	EXPECT_EQ(about(vmo).pages, 5);
	drop(foreign);
	drop(blank);
}

WITH_PAGER(supply, of_many_pages_goes_on_until_memory_ends)
{
	cptr_t large = make_vmo(16 * MIB, 0), copies = make_vmo(16 * MIB, 0);
	struct pool_info before;

	EXPECT_EQ(vmo_set_pager(large, badged), ST_OK);
	EXPECT_EQ(vmo_op_range(copies, VMO_OP_COMMIT, 0, 3 * MIB), ST_OK);
	before = info_of(pool);
	EXPECT_EQ(vmo_supply(large, MIB, 3 * MIB, copies, 0), ST_OK);
	EXPECT_EQ(info_of(pool).pages, before.pages); /* all of them changed hands */
	EXPECT_EQ(about(large).pages, 3 * MIB / PAGE);
	EXPECT_EQ(about(copies).pages, 0);
	EXPECT_EQ(vmo_supply(large, 0, 16 * MIB, copies, 0), ST_NO_MEMORY); /* zeros are made */
	EXPECT(info_of(pool).free < 4);
	EXPECT_EQ(vmo_set_pager(large, 0), ST_OK);
	EXPECT_EQ(peek(large, 15 * MIB), ST_PEER_CLOSED);
	drop(copies);
	drop(large);
}

/* A transaction on what a pager keeps, of pages that were brought for it. */
WITH_PAGER(pager, brings_what_a_merged_clone_changes)
{
	cptr_t clone = make_child(vmo, VMO_CHILD_CLONE, 0, SIZE), thread;

	job.vmo = clone;
	job.size = 1;
	job.offset = PAGE + 1;
	job.buffer[0] = 55;
	thread = begin(write);
	expect_page(PAGE, true);
	worker_finish(thread);
	EXPECT_EQ(peek(vmo, PAGE + 1), 0);
	EXPECT_EQ(vmo_merge(clone, vmo), ST_OK);
	EXPECT_EQ(peek(vmo, PAGE), 2);
	EXPECT_EQ(peek(vmo, PAGE + 1), 55);
	drop(clone);
}

enum { MANY = 128, DONE = 9 };
static volatile uint8_t *shared[CPUS];
static uint64_t sums[CPUS];

static void sum(void *argument)
{
	struct message done = {.tag = tag_make(DONE, 0, 0)};
	unsigned n = (unsigned)(uint64_t)argument;

	for (unsigned i = 0; i < MANY; i++) {
		unsigned p = (i * (2 * n + 1)) % MANY;

		sums[n] += shared[n][p * PAGE];
		if (n % 2)
			shared[n][p * PAGE]++;
	}
	(void)ipc_send(endpoint, &done);
}

/* Four threads, two of them with clones that they write, touch all of it in different orders. */
WITH_PAGER(pager, serves_all_cpus)
{
	const unsigned cpus = cpus_online() < CPUS ? cpus_online() : CPUS;
	cptr_t large = make_vmo(MANY * PAGE, 0), content = make_vmo(MANY * PAGE, 0);
	cptr_t clones[CPUS], threads[CPUS];
	unsigned served = 0, done = 0;

	EXPECT_EQ(vmo_set_pager(large, badged), ST_OK);
	for (unsigned p = 0; p < MANY; p++)
		EXPECT_EQ(poke(content, p * PAGE, (uint8_t)p), ST_OK);
	for (unsigned n = 0; n < cpus; n++) {
		struct worker_options options = {.priority = OWN, .cpu = n};

		clones[n] = make_child(
			large, n % 2 ? VMO_CHILD_CLONE : VMO_CHILD_SLICE, 0, MANY * PAGE);
		shared[n] = map(clones[n], MANY * PAGE, VSPACE_READ | VSPACE_WRITE);
		sums[n] = 0;
		threads[n] = worker_make(n, sum, (void *)(uint64_t)n, &options);
	}
	while (done < cpus && ipc_recv(endpoint, reply, &m) == ST_OK) {
		uint64_t at = m.words[PAGE_WORD_OFFSET];

		if (!page_is_missing(&m)) {
			done += tag_label(m.tag) == DONE;
			continue;
		}
		EXPECT_EQ(vmo_supply(large, at, PAGE, content, at), ST_OK);
		answer(page_supplied());
		served++;
	}
	EXPECT(served >= MANY);
	for (unsigned n = 0; n < cpus; n++) {
		worker_finish(threads[n]);
		EXPECT_EQ(sums[n], MANY * (MANY - 1) / 2);
		EXPECT_EQ(shared[n][5 * PAGE], n % 2 ? 6 : 5);
		unmap(shared[n], MANY * PAGE);
		drop(clones[n]);
	}
	drop(content);
	drop(large);
}
