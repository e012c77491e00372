/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The AArch64 descriptors (arch/pte.h): every function, for every 64-bit entry.
 *
 *  - a new entry says what it should, in Arm's bits, and nothing else
 *  - what takes rights away or gives them changes that one bit and no other
 *  - deny undoes allow; borrowing leaves neither the right to write nor the reference
 *  - entries that core code can make are never none, and give their address back
 *
 * cbmc: --unwind 2
 */
#include "arch/pte.h"

#include "proof.h"

/* An entry as code of the core can have it: made new, then any rights and ownership. */
static pte_t any_entry(unsigned level, paddr_t pa)
{
	pte_t e = level ? pte_table(pa, level) : pte_page(pa, any_below(4));

	if (nondet_bool())
		e = pte_owned(e);
	if (nondet_bool())
		e = pte_allow_write(e, level);
	if (nondet_bool())
		e = pte_deny_execute(e, level);
	return e;
}

static paddr_t any_frame(void)
{
	paddr_t pa = nondet_u64();

	ASSUME(pa < PHYSICAL_LIMIT && is_aligned(pa, PAGE_SIZE));
	return pa;
}

/* A new page: valid, accessed, not global, EL0 reads, nobody writes, EL1 never executes. */
void prove_new_page(void)
{
	paddr_t pa = any_frame();
	unsigned type = any_below(4);
	uint64_t raw = pte_page(pa, type).raw;

	CLAIM((raw & 3) == 3, "page: type bits");
	CLAIM((raw >> 2 & 7) == type, "page: memory type");
	CLAIM((raw >> 5 & 1) == 0, "page: NS clear");
	CLAIM((raw >> 6 & 3) == 3, "page: AP read-only at both levels");
	CLAIM((raw >> 8 & 3) == 3, "page: inner shareable");
	CLAIM((raw >> 10 & 1) == 1, "page: accessed");
	CLAIM((raw >> 11 & 1) == 1, "page: not global");
	CLAIM((raw & UINT64_C(0x0000fffffffff000)) == pa, "page: address");
	CLAIM((raw >> 48 & 31) == 0, "page: no bit between address and PXN");
	CLAIM((raw >> 53 & 1) == 1, "page: PXN");
	CLAIM((raw >> 54) == 0, "page: executable at EL0, no software bit, rest clear");
}

/* A new table: read-only, EL1 never executes, EL0 may; no bit of a page's attributes. */
void prove_new_table(void)
{
	paddr_t pa = any_frame();
	uint64_t raw = pte_table(pa, 1 + any_below(7)).raw;

	CLAIM((raw & 0xfff) == 3, "table: type bits and no attribute");
	CLAIM((raw & UINT64_C(0x0000fffffffff000)) == pa, "table: address");
	CLAIM((raw >> 48 & 0x7ff) == 0, "table: ignored bits clear");
	CLAIM((raw >> 59) == (1 | 1 << 3), "table: PXN, APTable read-only, EL0 kept");
}

/* Table and page entries are never none, whatever was done to them; none has no rights. */
void prove_disjoint_from_none(void)
{
	unsigned level = any_below(8);
	pte_t e = any_entry(level, any_frame());

	CLAIM(pte_is_none(pte_none()), "none is none");
	CLAIM(!pte_can_write(pte_none(), level), "none is not writable");
	CLAIM(!pte_can_execute(pte_none(), level), "none is not executable");
	CLAIM(!pte_is_owned(pte_none()), "none is not owned");
	CLAIM(!pte_is_none(e), "an entry is not none");
	CLAIM(!pte_is_none(pte_borrowed(e, level)), "a borrowed entry is not none");
	CLAIM((e.raw & 3) == 3, "an entry stays valid");
}

/* The address comes back, through every function that changes an entry. */
void prove_address(void)
{
	unsigned level = any_below(8);
	paddr_t pa = any_frame();
	pte_t e = any_entry(level, pa);

	CLAIM(pte_pa(e, level) == pa, "address kept");
	CLAIM(pte_pa(pte_borrowed(e, level), level) == pa, "address kept when borrowed");
	CLAIM(pte_pa(pte_deny_write(e, level), level) == pa, "address kept by deny");
	CLAIM(pte_pa(pte_deny_execute(e, level), level) == pa, "address kept by UXN");
}

/* Borrowing: neither writable nor owned; execute kept; no other bit of 64 changes. */
void prove_borrowed(void)
{
	unsigned level = any_below(8);
	pte_t e = {nondet_u64()};
	pte_t b = pte_borrowed(e, level);
	uint64_t write = level ? BIT(62) : BIT(7);

	ASSUME(!pte_is_none(e));
	CLAIM(!pte_can_write(b, level), "borrowed is never writable");
	CLAIM(!pte_is_owned(b), "borrowed is never owned");
	CLAIM(pte_can_execute(b, level) == pte_can_execute(e, level), "borrowed keeps execute");
	CLAIM(((b.raw ^ e.raw) & ~(write | BIT(55))) == 0, "borrowed changes two bits only");
	CLAIM(pte_borrowed(b, level).raw == b.raw, "borrowed twice is borrowed once");
}

/* Rights to write: deny undoes allow and allow deny; each changes its one bit. */
void prove_write(void)
{
	unsigned level = any_below(8);
	pte_t e = {nondet_u64()};
	pte_t allowed = pte_allow_write(e, level);
	pte_t denied = pte_deny_write(e, level);
	uint64_t write = level ? BIT(62) : BIT(7);

	CLAIM(!pte_can_write(denied, level), "denied is not writable");
	CLAIM(implies(allowed.raw, pte_can_write(allowed, level)), "allowed is writable");
	CLAIM(implies(pte_can_write(e, level), pte_allow_write(denied, level).raw == e.raw),
		"allow undoes deny");
	CLAIM(implies(!pte_can_write(e, level) && e.raw,
		      pte_deny_write(allowed, level).raw == e.raw),
		"deny undoes allow");
	CLAIM(((allowed.raw ^ e.raw) & ~write) == 0, "allow changes one bit only");
	CLAIM(((denied.raw ^ e.raw) & ~write) == 0, "deny changes one bit only");
	CLAIM(pte_is_owned(denied) == pte_is_owned(e), "deny keeps the reference");
	CLAIM(pte_is_owned(allowed) == pte_is_owned(e), "allow keeps the reference");
}

/* Execute: taken away by one bit, and by no function given back. */
void prove_execute(void)
{
	unsigned level = any_below(8);
	pte_t e = {nondet_u64()};
	pte_t d = pte_deny_execute(e, level);
	uint64_t execute = level ? BIT(60) : BIT(54);

	CLAIM(!pte_can_execute(d, level), "denied is not executable");
	CLAIM(((d.raw ^ e.raw) & ~execute) == 0, "UXN changes one bit only");
	CLAIM(pte_deny_execute(d, level).raw == d.raw, "denied twice is denied once");
	CLAIM(!pte_can_execute(pte_borrowed(d, level), level), "borrowed: still denied");
	CLAIM(!pte_can_execute(pte_allow_write(d, level), level), "allowed: still denied");
	CLAIM(!pte_can_execute(pte_owned(d), level), "owned: still denied");
}

/* The reference: one software bit, which the MMU ignores at every level. */
void prove_owned(void)
{
	pte_t e = {nondet_u64()};

	CLAIM(pte_is_owned(pte_owned(e)), "owned is owned");
	CLAIM((pte_owned(e).raw ^ e.raw) == (e.raw & BIT(55) ? 0 : BIT(55)),
		"owned is bit 55 alone");
}

/* EL1 never executes what user memory holds, however an entry was treated. */
void prove_never_kernel_text(void)
{
	unsigned level = any_below(8);
	pte_t e = any_entry(level, any_frame());

	CLAIM(e.raw & (level ? BIT(59) : BIT(53)), "PXN stays");
	CLAIM(level || (e.raw & BIT(11)), "nG stays");
	CLAIM(level || (e.raw & BIT(6)), "EL0 stays");
	CLAIM(!level || !(e.raw & BIT(61)), "a table never hides all from EL0");
	CLAIM(!level || !(e.raw >> 63), "NSTable stays clear");
}
