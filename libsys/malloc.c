/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * malloc(), in the place of newlib's: any thread may call it, and what is freed in large
 * pieces goes back to the Pool.
 *
 * The heap (libsys/heap.h) is one row of blocks, each with a header in front:
 *
 *	| previous, size, flags | what the program was given ...  | previous, size, flags | ...
 *
 * Free blocks are in lists by size: for each power of two, SPLIT lists. Two bit maps say which
 * lists have something, so that a block is found, and put back, in a fixed number of steps.
 *
 * A free block is either solid, all its pages there, or hollow: of its pages there are only
 * those that it shares with its neighbours' blocks or its own header. Hollow ones have at least
 * HOLLOW_MIN bytes; at first the whole heap is one. Solid ones that reach RELEASE bytes become
 * hollow: their pages go back. Neighbours that are free and of one kind are always one block.
 *
 * When memory ends a call returns NULL with ENOMEM, and nothing has changed. What is handed
 * back twice, or was never handed out, ends the program where the header shows it.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libsys/futex.h"
#include "libsys/heap.h"
#include "libsys/syscalls.h"

enum {
	GRAIN = 16,
	HEADER = 16,
	BLOCK_MIN = 32, /* room for a free block's links */
	SMALL_BITS = 8, /* below 256 bytes a list has one size */
	SPLIT_BITS = 4,
	SPLIT = 1 << SPLIT_BITS,
	CLASSES = 37 - SMALL_BITS + 1,
	HOLLOW_MIN = 256 << 10,
	RELEASE = 256 << 10,
	COMMIT = 64 << 10, /* pages are taken from a hollow block so many bytes at a time */
};

enum { FREE = 1, HOLLOW = 2, FLAGS = GRAIN - 1 };

struct block {
	struct block *previous; /* the one in front of it in memory; NULL: the first */
	size_t size_flags;	/* with the header */
	struct block *next_free, *previous_free;
};

_Static_assert(offsetof(struct block, next_free) == HEADER, "");
_Static_assert(sizeof(struct block) == BLOCK_MIN, "");

static struct lock lock;
static struct block *lists[CLASSES][SPLIT];
static uint64_t classes_with;
static uint16_t splits_with[CLASSES];
static struct block *last; /* an end without content */
static size_t solid_bytes, used_bytes, used_blocks;

static size_t size_of(const struct block *block)
{
	return block->size_flags & ~(size_t)FLAGS;
}

static int is_free(const struct block *block)
{
	return block->size_flags & FREE;
}

static int is_hollow(const struct block *block)
{
	return (block->size_flags & HOLLOW) != 0;
}

static struct block *after(const struct block *block, size_t bytes)
{
	return (struct block *)((char *)block + bytes);
}

static struct block *next_of(const struct block *block)
{
	return after(block, size_of(block));
}

static void set_size(struct block *block, size_t size, size_t flags)
{
	block->size_flags = size | flags;
	next_of(block)->previous = block;
}

static char *page_up(void *at)
{
	return (char *)(((uintptr_t)at + PAGE_SIZE - 1) & ~(uintptr_t)(PAGE_SIZE - 1));
}

static char *page_down(void *at)
{
	return (char *)((uintptr_t)at & ~(uintptr_t)(PAGE_SIZE - 1));
}

/* The pages of a hollow block that are not there. */
static char *hole_start(struct block *block)
{
	return page_up(after(block, BLOCK_MIN));
}

static char *hole_end(struct block *block)
{
	return page_down(next_of(block));
}

/* abort() says who called, and allocates for that. */
static __attribute__((noreturn)) void broken(const char *what)
{
	lock_release(&lock);
	sys_debug_write((uaddr_t)what, strlen(what));
	abort();
}

struct place {
	unsigned class, split;
};

static struct place place_of(size_t size)
{
	unsigned bits = 63 - (unsigned)__builtin_clzll(size);

	if (bits < SMALL_BITS)
		return (struct place){0, (unsigned)(size / GRAIN)};
	return (struct place){
		bits - SMALL_BITS + 1, (unsigned)(size >> (bits - SPLIT_BITS)) & (SPLIT - 1)};
}

static void list_add(struct block *block)
{
	struct place p = place_of(size_of(block));
	struct block *first = lists[p.class][p.split];

	block->size_flags |= FREE;
	block->previous_free = NULL;
	block->next_free = first;
	if (first)
		first->previous_free = block;
	lists[p.class][p.split] = block;
	classes_with |= UINT64_C(1) << p.class;
	splits_with[p.class] |= (uint16_t)(1U << p.split);
}

static void list_remove(struct block *block)
{
	struct place p = place_of(size_of(block));

	block->size_flags &= ~(size_t)FREE;
	if (block->next_free)
		block->next_free->previous_free = block->previous_free;
	if (block->previous_free) {
		block->previous_free->next_free = block->next_free;
		return;
	}
	lists[p.class][p.split] = block->next_free;
	if (block->next_free)
		return;
	splits_with[p.class] &= (uint16_t) ~(1U << p.split);
	if (!splits_with[p.class])
		classes_with &= ~(UINT64_C(1) << p.class);
}

/* The next larger size that begins a list: every block of that list is large enough. */
static size_t round_to_list(size_t size)
{
	unsigned bits = 63 - (unsigned)__builtin_clzll(size);
	size_t step = bits < SMALL_BITS ? GRAIN : (size_t)1 << (bits - SPLIT_BITS);

	return (size + step - 1) & ~(step - 1);
}

static struct block *list_find(size_t size)
{
	struct place p = place_of(round_to_list(size));
	uint64_t classes;
	unsigned splits;

	if (p.class >= CLASSES)
		return NULL;
	splits = splits_with[p.class] & (~0U << p.split);
	if (!splits) {
		classes = classes_with & ~UINT64_C(0) << p.class << 1;
		if (!classes)
			return NULL;
		p.class = (unsigned)__builtin_ctzll(classes);
		splits = splits_with[p.class];
	}
	return lists[p.class][__builtin_ctz(splits)];
}

/* The end of the heap is a block that is never free. */
static int open_heap(void)
{
	struct block *first = (struct block *)(void *)heap_open(), *end;

	if (!first || heap_commit((char *)first, (char *)first + PAGE_SIZE) != ST_OK)
		return 0;
	end = after(first, HEAP_SIZE - PAGE_SIZE);
	if (heap_commit((char *)end, (char *)end + PAGE_SIZE) != ST_OK)
		return 0;
	last = end;
	solid_bytes = 2 * PAGE_SIZE;
	last->size_flags = HEADER;
	first->previous = NULL;
	set_size(first, HEAP_SIZE - PAGE_SIZE, HOLLOW);
	list_add(first);
	return 1;
}

/*
 * A hollow block, in no list, of which `size` bytes are wanted: all of it becomes solid, or a
 * part in front and the rest stays, in its list.
 */
static int fill(struct block *block, size_t size)
{
	size_t part = (size + COMMIT - 1) & ~(size_t)(COMMIT - 1), all = size_of(block);
	char *from = hole_start(block), *to = hole_end(block);
	struct block *rest = NULL;

	if (all - part >= HOLLOW_MIN && part < all) {
		rest = after(block, part);
		to = page_up(after(rest, BLOCK_MIN));
	}
	if (heap_commit(from, to) != ST_OK)
		return 0;
	solid_bytes += (size_t)(to - from);
	if (!rest) {
		block->size_flags &= ~(size_t)HOLLOW;
		return 1;
	}
	set_size(block, part, 0);
	set_size(rest, all - part, HOLLOW);
	list_add(rest);
	return 1;
}

static void release(char *from, char *to)
{
	if (from >= to)
		return;
	heap_release(from, to);
	solid_bytes -= (size_t)(to - from);
}

/* One block, in no list, of two neighbours that are in none. */
static struct block *join(struct block *front, struct block *back)
{
	set_size(front, size_of(front) + size_of(back), front->size_flags & HOLLOW);
	return front;
}

/* Is that neighbour free, and of this kind? */
static int is_kin(const struct block *block, size_t hollow)
{
	return block && is_free(block) && (block->size_flags & HOLLOW) == hollow;
}

/* A solid block that is large becomes hollow, with the hollow ones beside it. */
static struct block *make_hollow(struct block *block)
{
	char *from = hole_start(block), *to = hole_end(block);
	struct block *next = next_of(block);

	block->size_flags |= HOLLOW;
	if (is_kin(block->previous, HOLLOW)) {
		from = hole_end(block->previous);
		list_remove(block->previous);
		block = join(block->previous, block);
	}
	if (is_kin(next, HOLLOW)) {
		to = hole_start(next);
		list_remove(next);
		join(block, next);
	}
	release(from, to);
	return block;
}

/* Into the lists with what is not in use any more. */
static void give_back(struct block *block)
{
	struct block *next = next_of(block);

	if (is_kin(next, 0)) {
		list_remove(next);
		join(block, next);
	}
	if (is_kin(block->previous, 0)) {
		list_remove(block->previous);
		block = join(block->previous, block);
	}
	if (size_of(block) >= RELEASE)
		block = make_hollow(block);
	list_add(block);
}

/* Keep `size` bytes in front. */
static void cut(struct block *block, size_t size)
{
	size_t rest = size_of(block) - size;

	if (rest < BLOCK_MIN)
		return;
	set_size(block, size, 0);
	set_size(after(block, size), rest, 0);
	give_back(after(block, size));
}

/* A block's size for what was asked, or 0 if nothing can be so large. */
static size_t size_for(size_t bytes)
{
	size_t size = (bytes + HEADER + GRAIN - 1) & ~(size_t)(GRAIN - 1);

	if (bytes > HEAP_SIZE)
		return 0;
	return size < BLOCK_MIN ? BLOCK_MIN : size;
}

static struct block *take(size_t size)
{
	struct block *block;

	if (!last && !open_heap())
		return NULL;
	block = list_find(size);
	if (!block)
		return NULL;
	list_remove(block);
	if (is_hollow(block) && !fill(block, size)) {
		list_add(block);
		return NULL;
	}
	cut(block, size);
	used_bytes += size_of(block);
	used_blocks++;
	return block;
}

static void *content(struct block *block)
{
	return (char *)block + HEADER;
}

/* The block of what was handed out. */
static struct block *block_of(void *memory)
{
	struct block *block = (struct block *)(void *)((char *)memory - HEADER);

	if ((uintptr_t)memory % GRAIN || is_free(block) || size_of(block) < BLOCK_MIN ||
		next_of(block)->previous != block)
		broken("malloc: freed twice, never handed out, or written beyond its end\n");
	return block;
}

static void drop(struct block *block)
{
	used_bytes -= size_of(block);
	used_blocks--;
	give_back(block);
}

/* The block to `size` bytes where it stands, if it can be. */
static int resize(struct block *block, size_t size)
{
	struct block *next = next_of(block);
	size_t before = size_of(block);

	if (size > before) {
		if (!is_free(next) || before + size_of(next) < size)
			return 0;
		list_remove(next);
		if (is_hollow(next) && !fill(next, size - before)) {
			list_add(next);
			return 0;
		}
		join(block, next);
	}
	cut(block, size);
	used_bytes += size_of(block) - before;
	return 1;
}

/* A block whose content is aligned; what lies in front is free. */
static struct block *take_aligned(size_t alignment, size_t size)
{
	struct block *block = take(size + alignment + BLOCK_MIN), *aligned;
	uintptr_t at;
	size_t front;

	if (!block)
		return NULL;
	used_bytes -= size_of(block);
	at = ((uintptr_t)content(block) + alignment - 1) & ~(uintptr_t)(alignment - 1);
	if (at != (uintptr_t)content(block) && at - (uintptr_t)content(block) < BLOCK_MIN)
		at += alignment;
	front = at - (uintptr_t)content(block);
	aligned = after(block, front);
	if (front) {
		set_size(aligned, size_of(block) - front, 0);
		set_size(block, front, 0);
		give_back(block);
	}
	cut(aligned, size);
	used_bytes += size_of(aligned);
	return aligned;
}

static void *out_of_memory(void)
{
	errno = ENOMEM;
	return NULL;
}

void *heap_take(size_t alignment, size_t bytes)
{
	size_t size = size_for(bytes);
	struct block *block = NULL;

	lock_take(&lock);
	if (size && alignment <= GRAIN)
		block = take(size);
	else if (size && alignment <= HEAP_SIZE)
		block = take_aligned(alignment, size);
	lock_release(&lock);
	return block ? content(block) : out_of_memory();
}

void heap_drop(void *memory)
{
	if (!memory)
		return;
	lock_take(&lock);
	drop(block_of(memory));
	lock_release(&lock);
}

void *heap_resize(void *memory, size_t bytes)
{
	size_t size = size_for(bytes), before;
	void *moved;

	if (!size)
		return out_of_memory();
	lock_take(&lock);
	before = size_of(block_of(memory)) - HEADER;
	if (resize(block_of(memory), size)) {
		lock_release(&lock);
		return memory;
	}
	lock_release(&lock);
	moved = heap_take(GRAIN, bytes);
	if (!moved)
		return NULL;
	memcpy(moved, memory, before < bytes ? before : bytes);
	heap_drop(memory);
	return moved;
}

size_t heap_size(void *memory)
{
	size_t size;

	if (!memory)
		return 0;
	lock_take(&lock);
	size = size_of(block_of(memory)) - HEADER;
	lock_release(&lock);
	return size;
}

void heap_info(struct heap_info *info)
{
	lock_take(&lock);
	info->pages = solid_bytes / PAGE_SIZE;
	info->used = used_bytes;
	info->blocks = used_blocks;
	lock_release(&lock);
}

/* Every block and every list; for tests. */
int heap_check(void)
{
	struct block *block, *previous = NULL;
	size_t used = 0, listed = 0, free_blocks = 0;
	int ok = 1;

	lock_take(&lock);
	for (block = last ? (struct block *)(void *)heap_open() : NULL; block && block != last;
		block = next_of(block)) {
		ok &= block->previous == previous;
		ok &= !(is_free(block) && previous &&
			is_kin(previous, block->size_flags & HOLLOW));
		ok &= !is_hollow(block) || (is_free(block) && size_of(block) >= HOLLOW_MIN);
		used += is_free(block) ? 0 : size_of(block);
		free_blocks += is_free(block) != 0;
		previous = block;
	}
	for (unsigned i = 0; i < CLASSES * SPLIT; i++)
		for (block = lists[i / SPLIT][i % SPLIT]; block; block = block->next_free) {
			struct place p = place_of(size_of(block));

			ok &= is_free(block) && p.class == i / SPLIT && p.split == i % SPLIT;
			listed++;
		}
	lock_release(&lock);
	return ok && used == used_bytes && listed == free_blocks;
}
