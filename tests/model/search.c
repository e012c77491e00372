/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Search to closure: from the empty world, every operation with every argument, with
 * memory for 0, 1, 2, ... frames, from every state that is reached, until no new state
 * appears. What holds here holds for sequences of any length, in this configuration.
 *
 * A state is what the core's behaviour depends on: VMOs, their lists, trees with frames
 * and values renamed in the order of a walk, mappings; and the reference's state, so that
 * a disagreement makes a state of its own, which is checked like every new one.
 *
 *	search [vmos pages]      prints states and transitions; EXPECT_STATES pins them
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vm/tree.h"

#include "world.h"

#ifndef SEARCH_PAGES
#define SEARCH_PAGES 2
#endif
#ifndef SEARCH_MAPS
#define SEARCH_MAPS 0
#endif
/* Operations that stop after one step and are left, slices, contiguous memory. */
#ifndef SEARCH_STOPS
#define SEARCH_STOPS 0
#endif
/* VMOs whose pages are missing until another supplies them; pages that nobody counts. */
#ifndef SEARCH_PAGED
#define SEARCH_PAGED 0
#endif
#ifndef SEARCH_ARCHIVE
#define SEARCH_ARCHIVE 0
#endif
/* Clones whose edges move: a bit for each size that there is, and each page that is touched. */
#ifndef SEARCH_EDGES
#define SEARCH_EDGES 0
#endif
#ifndef SEARCH_TOUCHED
#define SEARCH_TOUCHED 0
#endif
#ifndef SEARCH_DECOMMIT
#define SEARCH_DECOMMIT 0
#endif
#ifndef EXPECT_STATES
#define EXPECT_STATES 0
#endif

/* How each state was reached first: printed, last operation first, when one is wrong. */
struct step {
	uint32_t from;
	struct op op;
	uint64_t frames;
	uint64_t work;
};
static struct step *trail;
static uint32_t trail_size, trail_used;
static uint32_t at_state;
static struct step now;

static void print_step(const struct step *s)
{
	printf("  op %u vmo %d: %d %d %d %d with %llu frames%s\n", s->op.kind, s->op.vmo,
		s->op.a, s->op.b, s->op.c, s->op.d, (unsigned long long)s->frames,
		s->work == 1 ? ", one step" : "");
}

noreturn void assert_fail(const char *file, int line, const char *condition)
{
	printf("%s:%d: %s\n", file, line, condition);
	print_step(&now);
	for (uint32_t i = at_state; trail && i; i = trail[i].from)
		print_step(&trail[i]);
	fflush(stdout);
	abort();
}

struct image {
	struct world world;
	struct vm_work work;
	struct frame frames[FAKE_FRAMES];
	unsigned char memory[FAKE_FRAMES][FAKE_FRAME_BYTES];
};

static void save(struct image *to)
{
	to->world = world;
	to->work = vm_work;
	memcpy(to->frames, fake.frames, sizeof(to->frames));
	memcpy(to->memory, fake.memory, sizeof(to->memory));
}

static void restore(const struct image *from)
{
	world = from->world;
	vm_work = from->work;
	memcpy(fake.frames, from->frames, sizeof(from->frames));
	memcpy(fake.memory, from->memory, sizeof(from->memory));
	fake.lines = 0;
}

/* The encoding of a state, hashed as it is written. */
static uint64_t hash[2];
static uint8_t frame_name[FAKE_FRAMES];
static uint8_t frames_named;
static uint64_t values[64];
static unsigned values_named;

static void put(uint64_t x)
{
	hash[0] = (hash[0] ^ x) * UINT64_C(0x9e3779b97f4a7c15);
	hash[0] ^= hash[0] >> 29;
	hash[1] = (hash[1] + x) * UINT64_C(0xd6e8feb86659fd93);
	hash[1] ^= hash[1] >> 32;
}

static void put_value_name(uint64_t value)
{
	unsigned i = 0;

	if (value == 0) {
		put(99);
		return;
	}
	while (i < values_named && values[i] != value)
		i++;
	if (i == values_named)
		values[values_named++] = value;
	put(i);
}

static void put_entry(pte_t e, unsigned level)
{
	unsigned n;

	if (pte_is_none(e)) {
		put(1);
		return;
	}
	n = (unsigned)((pte_pa(e, level) - FAKE_BASE) >> PAGE_BITS);
	put(2 + pte_is_owned(e) + 2u * pte_can_write(e, level) +
		4u * pte_can_execute(e, level));
	if (n <= VMO_LEVELS) {
		put(200);
		return;
	}
	if (frame_name[n]) {
		put(frame_name[n]);
		return;
	}
	frame_name[n] = ++frames_named;
	put(100 + fake.frames[n].code);
	if (level == 0) {
		put_value_name(*(uint64_t *)(void *)fake.memory[n]);
		return;
	}
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		put_entry(((pte_t *)(void *)fake.memory[n])[i], level - 1);
}

static uint64_t vmo_name(const struct vmo *v)
{
	return v ? (uint64_t)(v - world.vmo) + 1 : 0;
}

static void put_list(const struct list *head)
{
	list_for_each (link, head)
		put(vmo_name(list_entry(link, struct vmo, sibling)));
	put(77);
}

/* mapping_name: where a sweep is. */
static uint64_t mapping_name(const struct vmo *v)
{
	const struct list *at = v->sweep.at;

	return v->sweep.active && at != &v->mappings ?
		(uint64_t)(list_entry(at, struct mapping, link) - world.map) + 1 :
		0;
}

static void put_walk(const struct vmo_walk *w)
{
	put((uint64_t)w->active | (uint64_t)w->closed << 1 | vmo_name(w->at) << 2);
	if (w->active || w->closed)
		put(w->start | w->end << 16 | w->next << 32);
	if (w->active)
		put(w->reach_start | w->reach_end << 16);
}

/* What was begun on v and left. How often in vain: more than a few makes no difference. */
static void put_left(const struct vmo *v, int i)
{
	const struct vmo_sweep *w = &v->sweep;
	const struct vmo_merge *m = &v->merge;

	put_walk(&v->walk);
	put(vmo_name(v->goal.at) | (uint64_t)min_u64(v->goal.next, 4) << 8);
	if (v->goal.at)
		put(v->goal.start | (uint64_t)(v->goal.changes == vm_work.changes) << 16);
	put((uint64_t)w->active | (uint64_t)w->closed << 1 | (uint64_t)w->what << 2 |
		mapping_name(v) << 4);
	if (w->active || w->closed)
		put(min_u64(w->start, 255) | min_u64(w->end, 255) << 16 | w->next << 32);
	put(vmo_name(m->clone) | (uint64_t)min_u64(m->tries, 4) << 8);
	put((uint64_t)(m->events != 0) | (uint64_t)(m->events == vm_work.events) << 1);
	if (m->clone || m->events == vm_work.events)
		put(min_u64(m->start, 255) | min_u64(m->next, 255) << 16 | m->end << 32);
	put(vmo_name(v->adopt_child) | v->reached << 8 | v->inside << 32);
	put(vmo_name(v->newborn) | (uint64_t)min_u64(v->births, 4) << 8);
	put(v->renewed | (uint64_t)(v->refused & 255) << 32);
	put((uint64_t)world.is_closing[i] | (uint64_t)world.is_unborn[i] << 1);
	put_list(&v->slices);
}

static void put_vmo(int i)
{
	const struct vmo *v = &world.vmo[i];
	const struct model_vmo *x = &world.model.vmo[i];

	put(x->alive);
	if (SEARCH_STOPS && (x->alive || world.is_unborn[i]))
		put_left(v, i);
	if (world.is_unborn[i]) {
		const struct op *o = &world.unborn[i];

		put((uint64_t)(o->a + 1) | (uint64_t)o->b << 8 | (uint64_t)o->c << 16);
		put(vmo_name(v->parent) | vmo_name(v->below) << 8 | v->limit << 16);
		put_entry(v->root, v->levels);
	}
	if (!x->alive)
		return;
	put(v->levels | (uint64_t)v->flags << 8 | v->bias << 24 | v->pages << 40);
	put(min_u64(v->limit, 255) | v->trim << 8 | v->reserve << 16 | v->reserve_cap << 32);
	put(vmo_name(v->parent) | v->children << 8 | (uint64_t)v->is_watching << 16);
	put_list(&v->watching);
	put_list(&v->idle);
	put_entry(v->root, v->levels);
	put((uint64_t)(x->parent + 1) | (uint64_t)x->size << 8 | (uint64_t)x->children << 16);
	if (x->parent >= 0)
		put((uint64_t)x->offset | (uint64_t)x->follows << 8);
	if (x->parent >= 0 && x->follows)
		put((uint64_t)model_min(x->limit, 255));
	if (SEARCH_PAGED)
		put(min_u64(v->missing_end, 255) | (uint64_t)x->paged << 8 |
			(uint64_t)(x->paged ? model_min(x->limit, 255) : 0) << 16);
	for (int p = 0; p < x->size; p++) {
		put(x->own[p]);
		if (x->own[p])
			put_value_name(x->value[p]);
	}
}

static void encode(void)
{
	hash[0] = 1;
	hash[1] = 2;
	frames_named = 0;
	values_named = 0;
	memset(frame_name, 0, sizeof(frame_name));
	for (int i = 0; i < WORLD_VMOS; i++)
		put_vmo(i);
	for (int i = 0; i < SEARCH_MAPS; i++) {
		const struct mapping *m = &world.map[i];

		put(world.mapped[i]);
		if (world.mapped[i]) {
			put(m->first | m->pages << 8 | m->coordinate << 16 | m->rights << 24);
			put((uint64_t)world.map_vmo[i]);
		}
	}
	if (SEARCH_MAPS) {
		const pte_t *slot = mmu_window(world.space[0].root);

		for (unsigned i = 0; i < TABLE_ENTRIES; i++)
			put_entry(slot[i], VSPACE_LEVELS - 1);
	}
}

/* The set of states seen: open addressing, doubled when half full. */
static uint64_t (*table)[2];
static uint64_t table_size, table_used;

static bool add_hash(uint64_t a, uint64_t b)
{
	uint64_t i = a & (table_size - 1);

	while (table[i][1]) {
		if (table[i][0] == a && table[i][1] == b)
			return false;
		i = (i + 1) & (table_size - 1);
	}
	table[i][0] = a;
	table[i][1] = b;
	table_used++;
	return true;
}

static bool is_new(void)
{
	if (table_used * 2 >= table_size) {
		uint64_t(*old)[2] = table;
		uint64_t size = table_size;

		table_size = size ? size * 2 : 1 << 16;
		table = calloc(table_size, sizeof(*table));
		table_used = 0;
		for (uint64_t i = 0; i < size; i++)
			if (old[i][1])
				add_hash(old[i][0], old[i][1]);
		free(old);
	}
	return add_hash(hash[0], hash[1] | 1);
}

static struct image *queue;
static uint64_t queue_size, queue_head, queue_tail;
static uint64_t transitions, refused;
static struct op ops[4096];
static unsigned op_count;

static void push(void)
{
	if (queue_tail - queue_head == queue_size) {
		struct image *grown =
			malloc((queue_size ? queue_size * 2 : 1024) * sizeof(struct image));

		for (uint64_t i = queue_head; i < queue_tail; i++)
			grown[i - queue_head] = queue[i % queue_size];
		free(queue);
		queue = grown;
		queue_tail -= queue_head;
		queue_head = 0;
		queue_size = queue_size ? queue_size * 2 : 1024;
	}
	save(&queue[queue_tail++ % queue_size]);
	if (trail_used == trail_size) {
		trail_size = trail_size ? trail_size * 2 : 1 << 16;
		trail = realloc(trail, trail_size * sizeof(*trail));
	}
	now.from = at_state;
	trail[trail_used++] = now;
}

static void add(unsigned kind, int v, int a, int b, int c, int d)
{
	CHECK(op_count < ARRAY_SIZE(ops));
	ops[op_count++] = (struct op){kind, v, a, b, c, d};
}

/* All operations with all arguments, one beyond the last included. */
static void make_ops(void)
{
	for (int v = 0; v < WORLD_VMOS; v++) {
		for (int n = 0; n <= SEARCH_PAGES; n++)
			add(OP_CREATE, v, n, VMO_RESIZABLE, 0, 0);
		for (int of = 0; of < WORLD_VMOS; of++)
			for (int offset = 0; offset < 2; offset++)
				for (int n = 1; n <= SEARCH_PAGES; n++) {
					add(OP_CLONE, v, of, offset, n, VMO_RESIZABLE);
					add(OP_SNAPSHOT, v, of, offset, n, VMO_RESIZABLE);
				}
		for (int of = 0; of < WORLD_VMOS && SEARCH_PAGED; of++)
			for (int p = 0; p < SEARCH_PAGES; p++)
				add(OP_SUPPLY, v, p, 1, of, 0);
		if (SEARCH_PAGED)
			add(OP_CREATE, v, SEARCH_PAGES, VMO_RESIZABLE, 1, 0);
		if (SEARCH_ARCHIVE)
			add(OP_RUN, v, SEARCH_PAGES, 0, 0, 8);
		add(OP_CLONE, v, (v + 1) % WORLD_VMOS, 0, SEARCH_PAGES,
			VMO_RESERVE | VMO_RESIZABLE);
		for (int p = 0; p <= SEARCH_PAGES; p++) {
			add(OP_WRITE, v, p, 7, 0, 0);
			add(OP_READ, v, p, 0, 0, 0);
			add(OP_DECOMMIT, v, p, 1, 0, 0);
			add(OP_ZERO, v, p, 1, 0, 0);
			add(OP_RESIZE, v, p, 0, 0, 0);
		}
		add(OP_DECOMMIT, v, 0, SEARCH_PAGES, 0, 0);
		add(OP_COMMIT, v, 0, SEARCH_PAGES, 0, 0);
		for (int of = 0; of < WORLD_VMOS && SEARCH_STOPS; of++)
			add(OP_SLICE, v, of, 0, SEARCH_PAGES, 0);
		if (SEARCH_STOPS)
			add(OP_RUN, v, SEARCH_PAGES, 0, 0, 0);
		add(OP_MERGE, v, 0, 0, 0, 0);
		add(OP_CLOSE, v, 0, 0, 0, 0);
		for (int r = 1; r < 4 && SEARCH_MAPS; r += 2)
			add(OP_MAP, v, 0, SEARCH_PAGES, 2, r << 4);
		if (SEARCH_MAPS)
			add(OP_MAP, v, 1, 1, 1, 3 << 4);
	}
	for (int i = 0; i < SEARCH_MAPS; i++) {
		for (int p = 0; p < SEARCH_PAGES; p++) {
			add(OP_UNMAP, i, p, 1, 0, 0);
			add(OP_PROTECT, i, p, 1, 1, 0);
			add(OP_TOUCH, i, p, 1, 0, 0);
			add(OP_TOUCH, i, p, 2, 7, 0);
		}
		add(OP_UNMAP, i, 0, SEARCH_PAGES, 0, 0);
	}
}

/*
 * make_edge_ops: what moves the ends of what clones see and uses what is set aside for them,
 * and no more. Children have higher numbers, and all clones begin at the second coordinate.
 */
static void make_edge_ops(void)
{
	add(OP_CREATE, 0, SEARCH_PAGES, VMO_RESIZABLE, 0, 0);
	for (int v = 0; v < WORLD_VMOS; v++) {
		for (int n = 0; n <= SEARCH_PAGES && v; n++) {
			if (!(SEARCH_EDGES >> n & 1))
				continue;
			for (int of = 0; of < v; of++)
				add(OP_CLONE, v, of, of == 0, n, VMO_RESIZABLE);
			add(OP_RESIZE, v, n, 0, 0, 0);
		}
		for (int p = v == 0; p < SEARCH_PAGES; p++) {
			if (!(SEARCH_TOUCHED >> (p - (v == 0)) & 1))
				continue;
			add(OP_WRITE, v, p, 7, 0, 0);
			add(OP_READ, v, p, 0, 0, 0);
			if (SEARCH_DECOMMIT)
				add(OP_DECOMMIT, v, p, 1, 0, 0);
		}
		add(OP_CLOSE, v, 0, 0, 0, 0);
	}
}

static uint64_t fresh_value;

/* bounded: coordinates stay small, else clones of clones at offsets never close. */
static bool bounded(const struct op *o)
{
	if (SEARCH_EDGES && o->kind == OP_CREATE) /* one family: two do not meet */
		for (int i = 0; i < WORLD_VMOS; i++)
			if (world.model.vmo[i].alive)
				return false;
	return (o->kind != OP_CLONE && o->kind != OP_SNAPSHOT) ||
		world.vmo[o->a].bias + (uint64_t)o->b <= 1;
}

/* has_room: the configuration has SEARCH_MAPS mappings and no more. */
static bool fits(void)
{
	for (int i = SEARCH_MAPS; i < WORLD_MAPPINGS; i++)
		if (world.mapped[i])
			return false;
	return true;
}

/* try_one: one operation from a state; the status, and whether the search goes on with it. */
static status_t try_one(const struct image *from, struct op o, uint64_t frames, uint64_t work)
{
	status_t st;

	restore(from);
	if (!bounded(&o))
		return ST_INTERNAL;
	if (o.kind == OP_WRITE)
		o.b = (int)++fresh_value;
	if (o.kind == OP_TOUCH && o.b == MAP_WRITE)
		o.c = (int)++fresh_value;
	world_frames = frames;
	world_work = work;
	world_abandon = work == 1;
	now.op = o;
	now.frames = frames;
	now.work = work;
	st = world_do(&o);
	if (st == ST_INTERNAL)
		return st;
	transitions++;
	refused += st != ST_OK;
	if (SEARCH_MAPS && !fits())
		return ST_INTERNAL;
	if (SEARCH_MAPS)
		world_check_translations();
	encode();
	if (is_new()) {
		world_check();
		push();
	}
	return st;
}

static void expand(const struct image *from)
{
	for (unsigned i = 0; i < op_count; i++) {
		for (uint64_t k = 0; k < 64; k++)
			if (try_one(from, ops[i], k, UINT64_MAX) != ST_NO_MEMORY)
				break;
		if (SEARCH_STOPS)
			try_one(from, ops[i], UINT64_MAX, 1);
	}
}

int main(void)
{
	static struct image from;

	world_archive = SEARCH_ARCHIVE * SEARCH_PAGES;
	world_init();
	if (SEARCH_EDGES)
		make_edge_ops();
	else
		make_ops();
	encode();
	is_new();
	push();
	while (queue_head < queue_tail) {
		from = queue[queue_head++ % queue_size];
		expand(&from);
		at_state++;
		if (getenv("SEARCH_VERBOSE") && table_used % 1024 == 0)
			fprintf(stderr, "%llu states, %llu to do\n",
				(unsigned long long)table_used,
				(unsigned long long)(queue_tail - queue_head));
	}
	printf("%u operations, %llu states, %llu transitions, %llu refused\n", op_count,
		(unsigned long long)table_used, (unsigned long long)transitions,
		(unsigned long long)refused);
	if (EXPECT_STATES && table_used != EXPECT_STATES) {
		printf("expected %llu states: explain the difference, then pin it anew\n",
			(unsigned long long)EXPECT_STATES);
		return 1;
	}
	return 0;
}
