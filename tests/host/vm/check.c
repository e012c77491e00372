/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * world_check: the invariants of a family, recounted from nothing.
 *
 *  1 references = owned entries and roots      5 links and pages in spaces
 *  2 borrowed = what is seen, read-only        6 objects = VMOs that live
 *  3 writable only over sole entries           + the chain rule, pages, counters, the TLB
 *  4 every frame in use is reached
 */
#include <stdio.h>
#include <string.h>

#include "vm/tree.h"

#include "world.h"

static uint32_t refs[FAKE_FRAMES];

static unsigned number_of(paddr_t pa)
{
	return (unsigned)((pa - FAKE_BASE) >> PAGE_BITS);
}

/* is_archive: it is no Pool's, and nobody counts who owns it. */
static bool is_archive(unsigned n)
{
	return n >= FAKE_FRAMES - world_archive;
}

/* count_refs: the entry is owned: one reference; a table's entries count once. */
static void count_refs(pte_t e, unsigned level)
{
	unsigned n;

	if (!pte_is_owned(e))
		return;
	n = number_of(pte_pa(e, level));
	CHECK(n > VMO_LEVELS && n < FAKE_FRAMES);
	if (level == 0 && is_archive(n))
		return;
	CHECK(fake.frames[n].state == (level ? FRAME_TABLE : FRAME_PAGE));
	if (refs[n]++ > 0 || level == 0)
		return;
	CHECK(fake.frames[n].prev == 0);
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		count_refs(((pte_t *)mmu_window(pte_pa(e, level)))[i], level - 1);
}

static uint64_t space_tables;

static unsigned count_space(paddr_t table, unsigned level)
{
	const pte_t *slot = mmu_window(table);
	unsigned used = 0;

	space_tables++;
	refs[number_of(table)]++;
	for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
		used += !pte_is_none(slot[i]);
		if (pte_is_owned(slot[i])) {
			CHECK(level > 1);
			CHECK(count_space(pte_pa(slot[i], level - 1), level - 1) > 0);
		}
	}
	CHECK(fake.frames[number_of(table)].next == used);
	return used;
}

static bool owns(const struct vmo *v, uint64_t c)
{
	pte_t e = v->root;

	for (unsigned level = v->levels; level > 0 && pte_is_owned(e); level--)
		e = *table_slot(e, level, c);
	return pte_is_owned(e);
}

static unsigned archive_owners(paddr_t pa)
{
	unsigned owners = 0;

	for (int i = 0; i < WORLD_VMOS; i++) {
		const struct vmo *x = &world.vmo[i];

		for (uint64_t p = 0; x->source == x && p < x->pages; p++)
			owners += owns(x, x->bias + p) &&
				pte_pa(tree_entry(x, x->bias + p), 0) == pa;
	}
	return owners;
}

/* merged: the clone whose page at c is v's already, but for its entry. */
static struct vmo *merged(const struct vmo *v, uint64_t c)
{
	struct vmo *clone = v->merge.clone;

	return clone && c >= clone->merge.next && c < clone->merge.end && owns(clone, c) ?
		clone :
		NULL;
}

bool world_owns(const struct vmo *v, uint64_t c)
{
	const struct vmo *clone = merged(v, c);

	return clone ? clone != v : owns(v, c);
}

/*
 * true_page: what v shows at c, found without any borrowed entry; own tells whose. 0: it is
 * missing.
 */
static paddr_t true_page(struct vmo *v, uint64_t c, bool *own)
{
	const struct vmo *clone = merged(v, c);

	if (clone && clone != v)
		return pte_pa(tree_entry(clone, c), 0);
	if (owns(v, c)) {
		CHECK(c >= v->bias && c < vmo_end(v));
		*own = *own && !clone;
		return pte_pa(tree_entry(v, c), 0);
	}
	*own = false;
	if (v->source != v) {
		*own = true;
		return true_page(v->source, c, own);
	}
	if (v->parent && c < v->limit && c < vmo_end(v->parent))
		return true_page(v->parent, c, own);
	return vmo_misses(v, c) ? 0 : pte_pa(zero_entry(0), 0);
}

/* A walk is under way: what it dropped in a table may still be known below, and it will go
 * there before anything else can be entered. */
static bool walking(void)
{
	for (int v = 0; v < WORLD_VMOS; v++)
		if (world.model.vmo[v].alive && world.vmo[v].walk.active)
			return true;
	return false;
}

static void check_coordinate(struct vmo *v, uint64_t c)
{
	struct place p = tree_find(v, c, 0);
	bool inside = c >= v->bias && c < vmo_end(v);
	bool own = true;
	paddr_t pa;

	if (pte_is_none(*p.slot))
		return;
	CHECK(p.level == 0);
	if (!inside && v->trim > c && c >= vmo_end(v))
		return; /* a shrink under way */
	CHECK(inside);
	pa = true_page(v, c, &own);
	if (merged(v, c))
		return; /* the entry is what it was until somebody asks */
	CHECK(pte_pa(*p.slot, 0) == pa);
	if (p.open && pte_can_write(*p.slot, 0)) {
		pte_t e = v->root;

		CHECK(p.own && pte_is_owned(*p.slot) && own);
		for (unsigned level = v->levels;; level--) {
			if (level == 0 && is_archive(number_of(pa)))
				CHECK(archive_owners(pa) == 1);
			else
				CHECK(frame_is_sole(pte_pa(e, level)));
			if (level == 0)
				break;
			e = *table_slot(e, level, c);
		}
	}
	/* The chain rule. */
	if ((!p.own || !pte_is_owned(*p.slot)) && inside && v->parent && c < v->limit &&
		c < vmo_end(v->parent)) {
		struct place up = tree_find(v->parent, c, 0);

		/* Below a borrowed table its owner may have dropped it; a walk comes. One that
		 * goes does not rely on it. */
		CHECK(v->parent->inside || v->parent->flags & VMO_CLOSING ||
			!pte_is_none(*up.slot) || (!up.own && walking()));
		CHECK(v->is_watching);
	}
}

/* A walk that has ended: no descendant has anything in its range that came from v. */
static void check_closed(struct vmo *v)
{
	for (int i = 0; v->walk.closed && i < WORLD_VMOS; i++) {
		struct vmo *x = &world.vmo[i];

		if (!world.model.vmo[i].alive || x->source != x)
			continue;
		for (uint64_t c = x->bias; c < vmo_end(x); c++) {
			struct vmo *from = x;

			if (c < v->walk.start || c >= v->walk.end ||
				pte_is_none(*tree_find(x, c, 0).slot))
				continue;
			while (from != v && from->parent && !owns(from, c) && vmo_sees(from, c))
				from = from->parent;
			CHECK(from != v || x == v);
		}
	}
}

/* While a VMO closes in portions, its children have more pages, and another parent,
 * already. */
static bool closing(void)
{
	for (int v = 0; v < WORLD_VMOS; v++)
		if (world.model.vmo[v].alive && world.is_closing[v])
			return true;
	return false;
}

/*
 * Whatever its parent may have around the ends of what v sees, v can take over: each table
 * that it would have to have of its own then is there, or a frame is set aside for it.
 */
static void check_edges(struct vmo *v)
{
	uint64_t end = see_end(v), missing = 0;

	if (v->source != v || end <= v->bias || v->trim > vmo_end(v)) /* a shrink: later */
		return;
	for (unsigned level = v->levels; level > 0; level--) {
		missing += tree_own(v, v->bias, level).level > level ||
			!pte_is_owned(*tree_own(v, v->bias, level).slot);
		if (block_start(end - 1, level) > v->bias && block_end(end - 1, level) > end)
			missing += tree_own(v, end - 1, level).level > level ||
				!pte_is_owned(*tree_own(v, end - 1, level).slot);
	}
	CHECK(missing <= v->reserve && v->reserve <= v->reserve_cap + v->renewed);
}

static void check_vmo(int i)
{
	struct vmo *v = &world.vmo[i];
	const struct model_vmo *x = &world.model.vmo[i];
	uint64_t base = block_start(v->bias, v->levels);
	uint64_t page = 0;

	CHECK((int)v->pages == x->size);
	CHECK(closing() || v->children == (uint64_t)x->children + (v->newborn != NULL));
	CHECK(closing() || v->parent == (x->parent < 0 ? NULL : &world.vmo[x->parent]));
	CHECK(closing() ||
		v->bias == (x->parent < 0 ? v->bias : v->parent->bias + (uint64_t)x->offset));
	CHECK(v->parent || v->limit == 0);
	for (uint64_t c = base; c < base + block_pages(v->levels); c++)
		check_coordinate(v, c);
	for (uint64_t c = vmo_end(v);
		c < base + block_pages(v->levels) && v->trim <= vmo_end(v); c++) {
		struct place p = tree_own(v, c, 0); /* no table is behind the end */

		CHECK(p.level == v->levels || block_start(c, p.level + 1) < vmo_end(v));
	}
	check_closed(v);
	check_edges(v);
	for (int p = 0; p < x->size; p++) {
		bool own = true;
		paddr_t pa = true_page(v, v->bias + (uint64_t)p, &own);
		uint64_t value = MODEL_MISSING;

		CHECK(!(v->flags & VMO_PAGED) || !v->parent);
		if (pa)
			memcpy(&value, mmu_window(pa), 8);
		if (value != model_read(&world.model, i, p) ||
			(own != model_owns(&world.model, i, p) && !closing()))
			printf("# vmo %d page %d: value %d own %d, want %d own %d\n", i, p,
				(int)value, own, (int)model_read(&world.model, i, p),
				model_owns(&world.model, i, p));
		CHECK(value == model_read(&world.model, i, p));
		CHECK(own == model_owns(&world.model, i, p) || closing());
		if (own && !v->source->merge.clone) {
			CHECK(vmo_diff(v, page, &page) == ST_OK && (int)page == p);
			page++;
		}
	}
	if (!v->source->merge.clone)
		CHECK(vmo_diff(v, page, &page) == ST_NOT_FOUND);
}

/* A translation is right if the mapping allows it and the page is what the VMO shows. */
static void check_line(const struct fake_line *l)
{
	struct vspace *s = &world.space[l->asid - 1];
	struct mapping *m;
	bool own = true;
	uint64_t c;
	struct place p;

	if (l->level > 0) {
		pte_t e = *l->slot; /* a step of the walk: the table still is what it was */

		CHECK(pte_is_none(e) ? walking() : pte_pa(e, l->level) == l->pa);
		return;
	}
	m = vspace_find(s, l->page);
	CHECK(m && (m->rights & MAP_READ));
	CHECK(!l->write || (m->rights & MAP_WRITE));
	CHECK(!l->execute || (m->rights & MAP_EXECUTE));
	c = m->coordinate + (l->page - m->first);
	CHECK(c >= m->vmo->bias && c < vmo_end(m->vmo) && c < m->end);
	CHECK(l->pa == true_page(m->vmo, c, &own));
	if (l->write) {
		p = tree_find(m->vmo, c, 0);
		CHECK(own && p.own && p.open && pte_can_write(*p.slot, 0));
	}
}

/* pending: the pages of a run under way that stand in no entry yet. */
static uint64_t pending(int v)
{
	const struct vmo *run = &world.vmo[v];

	return world.is_unborn[v] && run->flags & VMO_FIXED && run->run.taken > run->reached ?
		run->run.taken - run->reached :
		0;
}

static void check_pool(const struct pool *pool, unsigned first, unsigned end)
{
	uint64_t used[FRAME_STATES] = {0}, reserved = 0, free = 0;
	uint32_t last = FRAME_NONE;

	for (unsigned n = first; n < end; n++) {
		const struct fake_machine *f = &fake;

		used[f->frames[n].state]++;
		CHECK(f->frames[n].refs == refs[n]);
		CHECK((refs[n] == 0) == (f->frames[n].state == FRAME_FREE));
	}
	for (uint32_t n = pool->free_head; n != FRAME_NONE; n = fake.frames[n].next) {
		CHECK(n >= first && n < end);
		CHECK(fake.frames[n].state == FRAME_FREE && fake.frames[n].prev == last);
		last = n;
		free++;
	}
	CHECK(free == used[FRAME_FREE] && free == pool->free);
	CHECK(used[FRAME_PAGE] == pool->used[FRAME_PAGE]);
	CHECK(used[FRAME_TABLE] == pool->used[FRAME_TABLE]);
	for (int v = 0; v < WORLD_VMOS; v++)
		if (world.model.vmo[v].alive && world.vmo[v].pool == pool &&
			world.vmo[v].source == &world.vmo[v])
			reserved += world.vmo[v].reserve;
	CHECK(reserved == pool->reserved && reserved <= free);
}

/* What an account should say, counted another way: by references, from the root down. */
static struct vmo_usage total;
static uint8_t is_shared[FAKE_FRAMES];
static uint64_t archive_pages; /* that somebody holds alone */

static void count_usage(struct vmo_usage *u, pte_t e, unsigned level, bool shared)
{
	unsigned n;

	if (!pte_is_owned(e)) {
		u->borrowed += !pte_is_none(e);
		return;
	}
	n = number_of(pte_pa(e, level));
	if (level == 0 && is_archive(n)) {
		u->pages[shared || !pte_can_write(e, 0)]++;
		archive_pages += !shared && pte_can_write(e, 0);
		return;
	}
	shared = shared || refs[n] > 1;
	is_shared[n] |= shared;
	(level ? u->tables : u->pages)[shared]++;
	for (unsigned i = 0; level && i < TABLE_ENTRIES; i++)
		count_usage(u, ((pte_t *)mmu_window(pte_pa(e, level)))[i], level - 1, shared);
}

static void check_usage(const struct vmo *v)
{
	struct vmo_usage says, is = {.reserved = v->source->reserve};

	uint64_t at = 0, budget = vm_work.left;

	vm_work.left = UINT64_MAX;
	CHECK(vmo_usage(v, &at, &says) == ST_OK);
	vm_work.left = budget;
	archive_pages = 0;
	count_usage(&is, v->source->root, v->source->levels, false);
	CHECK(memcmp(&says, &is, sizeof(is)) == 0);
	if (v->source != v)
		return;
	total.pages[0] += says.pages[0] - archive_pages;
	total.tables[0] += says.tables[0];
	total.reserved += says.reserved;
}

/* check_account: what is held alone by each, and what is shared, once: all that is used. */
static void check_account(void)
{
	uint64_t shared[FRAME_STATES] = {0};

	total = (struct vmo_usage){0};
	memset(is_shared, 0, sizeof(is_shared));
	for (int v = 0; v < WORLD_VMOS; v++)
		if (world.model.vmo[v].alive || world.is_unborn[v])
			check_usage(&world.vmo[v]);
	for (int v = 0; v < WORLD_VMOS; v++)
		total.pages[0] += pending(v);
	for (unsigned n = 0; n < FAKE_FRAMES; n++)
		if (is_shared[n])
			shared[fake.frames[n].state]++;
	CHECK(total.pages[0] + shared[FRAME_PAGE] ==
		world.pool.used[FRAME_PAGE] + world.other.used[FRAME_PAGE]);
	CHECK(total.tables[0] + shared[FRAME_TABLE] + space_tables ==
		world.pool.used[FRAME_TABLE] + world.other.used[FRAME_TABLE]);
	CHECK(total.reserved == world.pool.reserved + world.other.reserved);
}

void world_check_translations(void)
{
	for (unsigned i = 0; i < fake.lines; i++)
		check_line(&fake.line[i]);
}

void world_check(void)
{
	memset(refs, 0, sizeof(refs));
	for (int v = 0; v < WORLD_VMOS; v++) {
		if (world.is_unborn[v])
			count_refs(world.vmo[v].root, world.vmo[v].levels);
		for (uint64_t i = pending(v); i > 0; i--)
			refs[world.vmo[v].run.first + world.vmo[v].run.taken - i]++;
		if (world.model.vmo[v].alive) {
			count_refs(world.vmo[v].root, world.vmo[v].levels);
			if (!world.is_closing[v])
				check_vmo(v);
		}
	}
	space_tables = 0;
	for (int s = 0; s < WORLD_SPACES; s++)
		count_space(world.space[s].root, VSPACE_LEVELS);
	check_pool(&world.pool, VMO_LEVELS + 1, FAKE_FRAMES - world_archive - world_other);
	if (world_other)
		check_pool(&world.other, FAKE_FRAMES - world_archive - world_other,
			FAKE_FRAMES - world_archive);
	check_account();
	world_check_translations();
}
