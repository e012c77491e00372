/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Links: where a VSpace may point at a VMO's table, with the real radix, for all mappings
 * of all VMOs, alone in the space or with a neighbour.
 *
 *  - a linked table shows at each address the coordinate that the mapping puts there, and
 *    no page that the mapping, the slice or the VMO does not hold
 *  - rights are only ever taken away on the way from the VMO's entry into the space
 *
 * cbmc: --cadical --unwind 8
 */
#include "vm/vspace.c"

#include "proof.h"

static struct vmo v;
static struct vspace space;
static struct mapping m, other;

/* The neighbours in the space, by address: mapping.c finds them in its treap. */
struct mapping *vspace_next(struct vspace *s, uint64_t page)
{
	struct mapping *first = &m, *second = NULL;

	(void)s;
	if (other.pages)
		second = other.first < m.first ? first : &other;
	if (second == first)
		first = &other;
	return first->first + first->pages > page	       ? first :
		second && second->first + second->pages > page ? second :
								 NULL;
}

static const uint64_t SPACE_PAGES = UINT64_C(1) << (9 * VSPACE_LEVELS);

static void any_vmo(void)
{
	v = (struct vmo){.bias = nondet_u64(), .pages = nondet_u64(), .source = &v};
	ASSUME(v.bias < VMO_MAX_COORDINATE && v.pages <= VMO_MAX_COORDINATE - v.bias);
	v.levels = nondet_u8();
	ASSUME(v.levels <= VMO_LEVELS && v.levels >= tree_levels(v.bias, vmo_end(&v)));
	v.trim = nondet_u64();
}

/* A mapping as vspace_map makes it, or a cut leaves it. */
static void any_mapping(void)
{
	any_vmo();
	m = (struct mapping){.vspace = &space, .vmo = &v, .first = nondet_u64()};
	m.pages = nondet_u64();
	m.coordinate = nondet_u64();
	m.end = nondet_u64();
	m.rights = any_below(8);
	ASSUME(m.pages > 0 && m.first < SPACE_PAGES && m.pages <= SPACE_PAGES - m.first);
	ASSUME(m.coordinate >= v.bias && m.coordinate <= UINT64_MAX - m.pages);
}

/* A neighbour, before or behind. */
static void any_neighbour(void)
{
	other = (struct mapping){.vspace = &space, .vmo = &v, .first = nondet_u64()};
	other.pages = nondet_u64();
	ASSUME(other.pages > 0 && other.first < SPACE_PAGES &&
		other.pages <= SPACE_PAGES - other.first);
	ASSUME(other.first >= m.first + m.pages || other.first + other.pages <= m.first);
}

/* A link: for any page x of the block, what hardware would find there is m's to show. */
static void link_at(unsigned level)
{
	uint64_t page = nondet_u64();
	uint64_t x = nondet_u64();
	uint64_t c, found;

	any_mapping();
	if (nondet_bool())
		any_neighbour();
	ASSUME(page >= m.first && page - m.first < m.pages);
	c = m.coordinate + (page - m.first);
	ASSUME(c < vmo_end(&v) && c < m.end);
	if (!can_link(&m, page, level))
		return;
	ASSUME(block_start(x, level) == block_start(page, level));
	found = block_start(c, level) + (x - block_start(x, level));
	CLAIM(level <= v.levels, "link: the VMO has a table of that level");
	if (found >= v.bias && found < vmo_end(&v)) {
		CLAIM(x >= m.first && x - m.first < m.pages, "link: within the mapping");
		CLAIM(found == m.coordinate + (x - m.first), "link: congruent");
		CLAIM(found < m.end, "link: not beyond a slice's end");
	}
	if (other.pages)
		CLAIM(x < other.first || x - other.first >= other.pages,
			"link: no other mapping stands in the block");
	CLAIM(v.trim <= vmo_end(&v), "link: no shrink is under way");
}

/* One proof for each level at which there are links. */
void prove_link_1(void)
{
	link_at(1);
}

void prove_link_2(void)
{
	link_at(2);
}

void prove_link_3(void)
{
	link_at(3);
}

/* attenuate: never more rights than the VMO's entry, the way to it and the mapping have. */
void prove_attenuate(void)
{
	pte_t slot = {nondet_u64()};
	struct place p = {.slot = &slot,
		.level = any_below(VSPACE_LEVELS),
		.own = nondet_bool(),
		.open = nondet_bool()};
	pte_t e;

	any_mapping();
	ASSUME(!pte_is_none(slot));
	e = attenuate(&m, p);
	CLAIM(!pte_is_owned(e), "what a space shows it does not own");
	CLAIM(pte_pa(e, p.level) == pte_pa(slot, p.level), "the same target");
	CLAIM(implies(pte_can_write(e, p.level),
		      pte_can_write(slot, p.level) && pte_is_owned(slot) && p.own && p.open &&
			      (m.rights & MAP_WRITE)),
		"writable only if all agree");
	CLAIM(implies(pte_can_execute(e, p.level),
		      pte_can_execute(slot, p.level) && (m.rights & MAP_EXECUTE)),
		"executable only if both agree");
}
