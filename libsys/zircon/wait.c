/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Waiting for signals of VMOs. The kernel keeps the signals and has one notification for each
 * VMO to tell of them (vmo_set_signal); here that becomes any number of threads, each waiting
 * for any of up to sixteen VMOs until a deadline.
 *
 *	waiting: [ W1: a b ] -> [ W2: a c ] -> [ W3: b ]      a, b, c: VMOs
 *	bound:         a b           c                        whom the kernel tells
 *
 * A waiter sleeps on a notification of its own. The first that waits for a VMO is bound to it;
 * told by the kernel, it looks, and passes it on to the others that wait for the same. When it
 * leaves, the VMO is bound to one of those, which looks once more: nothing is missed.
 *
 * What this program does itself with zx_ calls wakes its waiters directly (zircon_waiters_look).
 * Another program that waits for the same VMO binds it, too, and the last one has it; so each
 * waiter looks every LOOK_NS whatever it is told (docs/decisions/0070).
 *
 * One lock for the list; it is not held while a thread sleeps.
 */
#include "handle.h"
#include "libsys/cap.h"
#include "libsys/clock.h"
#include "libsys/futex.h"
#include "libsys/notification.h"
#include "libsys/slots.h"
#include "libsys/timer.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"

enum {
	ITEMS = ZX_WAIT_MANY_MAX_ITEMS,
	WAITERS = 64,
	LOOK_NS = 20000000,
	KERNEL_BIT = 1, /* the badge of what the kernel tells */
};

struct item {
	struct handle *handle; /* pinned */
	zx_koid_t koid;
	zx_signals_t waitfor, pending;
	bool bound;
};

struct waiter {
	struct waiter *next; /* that waits, or that is free */
	cptr_t notification; /* it sleeps on this */
	cptr_t told;	     /* the same with KERNEL_BIT */
	cptr_t timer;
	size_t count;
	struct item *items; /* on the thread's stack */
};

static struct lock lock;
static struct waiter waiters[WAITERS], *waiting, *unused;
static unsigned fresh;	       /* of `waiters`: from here on none was used yet */
static unsigned waiting_count; /* read without the lock */

static void drop_object(cptr_t *cap)
{
	if (*cap)
		zircon_cap_drop(*cap);
	*cap = 0;
}

static void unequip(struct waiter *w)
{
	drop_object(&w->told);
	drop_object(&w->timer);
	drop_object(&w->notification);
}

static bool mint_told(struct waiter *w)
{
	w->told = slot_alloc();
	if (w->told && cap_mint(w->told, w->notification, RIGHT_WRITE, KERNEL_BIT) == ST_OK)
		return true;
	slot_free(w->told);
	w->told = 0;
	return false;
}

/* What a waiter sleeps with, which stays for the next one. False: no memory, or no slots. */
static bool equip(struct waiter *w)
{
	if (w->told)
		return true;
	if (object_create(OBJECT_NOTIFICATION, 0, &w->notification) == ST_OK &&
		object_create(OBJECT_TIMER, 0, &w->timer) == ST_OK &&
		timer_bind(w->timer, w->notification) == ST_OK && mint_told(w))
		return true;
	unequip(w);
	return false;
}

/* From those that are free, which stand with what they have; or one that never was used. */
static struct waiter *take(void)
{
	struct waiter *w = unused;

	if (w)
		unused = w->next;
	else if (fresh < WAITERS)
		w = &waiters[fresh++];
	return w;
}

/* Nobody waits: what they slept with goes. */
static void unequip_all(void)
{
	for (struct waiter *w = unused; w; w = w->next)
		unequip(w);
}

void zircon_waiters_look(void)
{
	if (likely(__atomic_load_n(&waiting_count, __ATOMIC_SEQ_CST) == 0))
		return;
	lock_take(&lock);
	for (const struct waiter *w = waiting; w; w = w->next)
		(void)notification_signal(w->notification);
	lock_release(&lock);
}

static struct item *item_of(const struct waiter *w, zx_koid_t koid)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->items[i].koid == koid)
			return &w->items[i];
	return NULL;
}

/* The first that waits for a VMO but `besides`, and its item. */
static struct waiter *waiter_for(
	zx_koid_t koid, const struct waiter *besides, struct item **item_out)
{
	for (struct waiter *w = waiting; w; w = w->next) {
		*item_out = w == besides ? NULL : item_of(w, koid);
		if (*item_out)
			return w;
	}
	return NULL;
}

static zx_status_t enter(struct item *items, size_t count, struct waiter **waiter_out)
{
	struct item *other;
	struct waiter *w;

	lock_take(&lock);
	w = take();
	if (w && !equip(w)) {
		w->next = unused;
		unused = w;
		w = NULL;
	}
	if (!w) {
		lock_release(&lock);
		return ZX_ERR_NO_MEMORY;
	}
	w->items = items;
	w->count = count;
	for (size_t i = 0; i < count; i++)
		if (item_of(w, items[i].koid) == &items[i] &&
			!waiter_for(items[i].koid, w, &other))
			items[i].bound = vmo_set_signal(items[i].handle->cap, w->told) == ST_OK;
	w->next = waiting;
	waiting = w;
	__atomic_fetch_add(&waiting_count, 1, __ATOMIC_SEQ_CST);
	lock_release(&lock);
	*waiter_out = w;
	return ZX_OK;
}

/* A VMO that was bound to one who leaves. */
static void hand_over(const struct item *item, const struct waiter *from)
{
	struct item *other;
	struct waiter *w = waiter_for(item->koid, from, &other);

	if (!w) {
		(void)vmo_set_signal(item->handle->cap, 0);
		return;
	}
	other->bound = vmo_set_signal(item->handle->cap, w->told) == ST_OK;
	(void)notification_signal(w->notification);
}

static void leave(struct waiter *w)
{
	struct waiter **at = &waiting;

	lock_take(&lock);
	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	__atomic_fetch_sub(&waiting_count, 1, __ATOMIC_SEQ_CST);
	for (size_t i = 0; i < w->count; i++)
		if (w->items[i].bound)
			hand_over(&w->items[i], w);
	w->next = unused;
	unused = w;
	if (!waiting)
		unequip_all();
	lock_release(&lock);
}

/* The kernel told this one: the others that wait for the same must look, too. */
static void pass_on(const struct waiter *w)
{
	lock_take(&lock);
	for (const struct waiter *other = waiting; other; other = other->next)
		for (size_t i = 0; other != w && i < other->count; i++)
			if (item_of(w, other->items[i].koid)) {
				(void)notification_signal(other->notification);
				break;
			}
	lock_release(&lock);
}

static zx_signals_t signals_of(const struct item *item)
{
	int64_t signals = vmo_signal(item->handle->cap, 0, 0);

	return (signals < 0 ? 0 : (zx_signals_t)signals) |
		(zircon_handle_is_open(item->handle) ? 0 : ZX_SIGNAL_HANDLE_CLOSED);
}

/* What all have, and whether that ends the wait. */
static bool look(struct item *items, size_t count)
{
	bool ends = false;

	for (size_t i = 0; i < count; i++) {
		items[i].pending = signals_of(&items[i]);
		ends |= (items[i].pending & (items[i].waitfor | ZX_SIGNAL_HANDLE_CLOSED)) != 0;
	}
	return ends;
}

static void sleep_some(const struct waiter *w, zx_time_t deadline)
{
	zx_time_t look_again = zx_deadline_after(LOOK_NS);
	word_t bits = 0;

	(void)timer_set(w->timer, (uint64_t)(deadline < look_again ? deadline : look_again));
	(void)notification_wait(w->notification, &bits);
	(void)timer_cancel(w->timer);
	if (bits & KERNEL_BIT)
		pass_on(w);
}

static zx_status_t wait(struct item *items, size_t count, zx_time_t deadline)
{
	struct waiter *w;
	zx_status_t st;

	if (look(items, count))
		return ZX_OK;
	if (deadline <= zx_clock_get_monotonic())
		return ZX_ERR_TIMED_OUT;
	st = enter(items, count, &w);
	if (st != ZX_OK)
		return st;
	while (!look(items, count)) {
		if (deadline <= zx_clock_get_monotonic()) {
			st = ZX_ERR_TIMED_OUT;
			break;
		}
		sleep_some(w, deadline);
	}
	leave(w);
	return st;
}

static zx_status_t pin(zx_handle_t value, zx_signals_t waitfor, struct item *item)
{
	zx_status_t st =
		zircon_handle_get(value, ZX_OBJ_TYPE_NONE, ZX_RIGHT_WAIT, &item->handle);

	if (st != ZX_OK)
		return st;
	item->koid = zircon_handle_koid(item->handle);
	item->waitfor = waitfor;
	item->bound = false;
	return ZX_OK;
}

zx_status_t zx_object_wait_one(
	zx_handle_t value, zx_signals_t signals, zx_time_t deadline, zx_signals_t *observed)
{
	struct item item;
	zx_status_t st = pin(value, signals, &item);

	if (st != ZX_OK)
		return st;
	st = wait(&item, 1, deadline);
	zircon_handle_put(item.handle);
	if (st != ZX_OK && st != ZX_ERR_TIMED_OUT)
		return st;
	if (observed && !zircon_can_write(observed, sizeof(*observed)))
		return ZX_ERR_INVALID_ARGS;
	if (observed)
		*observed = item.pending;
	return item.pending & ZX_SIGNAL_HANDLE_CLOSED ? ZX_ERR_CANCELED : st;
}

static zx_status_t wait_many(zx_wait_item_t *wanted, size_t count, zx_time_t deadline)
{
	struct item items[ITEMS];
	zx_signals_t all = 0;
	zx_status_t st = ZX_OK;
	size_t pinned = 0;

	while (pinned < count && st == ZX_OK) {
		st = pin(wanted[pinned].handle, wanted[pinned].waitfor, &items[pinned]);
		pinned += st == ZX_OK;
	}
	if (st == ZX_OK)
		st = wait(items, count, deadline);
	for (size_t i = 0; i < pinned; i++)
		zircon_handle_put(items[i].handle);
	if (st != ZX_OK && st != ZX_ERR_TIMED_OUT)
		return st;
	if (!zircon_can_write(wanted, count * sizeof(*wanted)))
		return ZX_ERR_INVALID_ARGS;
	for (size_t i = 0; i < count; i++)
		all |= wanted[i].pending = items[i].pending;
	return all & ZX_SIGNAL_HANDLE_CLOSED ? ZX_ERR_CANCELED : st;
}

zx_status_t zx_object_wait_many(zx_wait_item_t *items, size_t count, zx_time_t deadline)
{
	if (count == 0) {
		(void)zx_nanosleep(deadline);
		return ZX_ERR_TIMED_OUT;
	}
	if (count > ZX_WAIT_MANY_MAX_ITEMS)
		return ZX_ERR_OUT_OF_RANGE;
	if (!zircon_can_read(items, count * sizeof(*items)))
		return ZX_ERR_INVALID_ARGS;
	return wait_many(items, count, deadline);
}

zx_status_t zx_object_signal(zx_handle_t value, uint32_t clear_mask, uint32_t set_mask)
{
	struct handle *handle;
	zx_status_t st = zircon_handle_get(value, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SIGNAL, &handle);
	int64_t signals;

	if (st != ZX_OK)
		return st;
	signals = vmo_signal(handle->cap, clear_mask, set_mask);
	zircon_handle_put(handle);
	zircon_waiters_look();
	return signals < 0 ? (zx_status_t)signals : ZX_OK;
}
