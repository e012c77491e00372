/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A clone as a transaction. A table of accounts is a VMO; a transfer happens in a clone of it:
 *
 *	begin    vmo_clone     shows the table, and keeps what is written to itself
 *	commit   vmo_merge     its pages become the table's, all in one instant
 *	abort    delete it     nothing has happened
 *
 * Whoever reads the table meanwhile sees it before or after, never in between. What a
 * transaction has changed, vmo_diff tells.
 */
#include <stdio.h>

#include "libsys/boot.h"
#include "libsys/syscalls.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"

enum { ACCOUNTS = 4096, SIZE = ACCOUNTS * sizeof(int64_t) };

static cptr_t table;

static int64_t balance(cptr_t vmo, unsigned account)
{
	int64_t amount = 0;

	(void)vmo_read(vmo, &amount, account * sizeof(amount), sizeof(amount));
	return amount;
}

static status_t add(cptr_t vmo, unsigned account, int64_t amount)
{
	amount += balance(vmo, account);
	return vmo_write(vmo, &amount, account * sizeof(amount), sizeof(amount));
}

static int64_t total(cptr_t vmo)
{
	int64_t sum = 0;

	for (unsigned i = 0; i < ACCOUNTS; i++)
		sum += balance(vmo, i);
	return sum;
}

static int pages_changed(cptr_t vmo)
{
	int count = 0;

	for (int64_t at = 0; (at = vmo_diff(vmo, (uint64_t)at)) >= 0; at += PAGE_SIZE)
		count++;
	return count;
}

/* All of it, or nothing. */
static status_t transfer(unsigned from, unsigned to, int64_t amount)
{
	cptr_t work;
	status_t st = vmo_clone(table, VMO_CHILD_CLONE, 0, SIZE, ROOT_SLOT_POOL, &work);

	if (st != ST_OK)
		return st;
	st = add(work, from, -amount);
	if (st == ST_OK)
		st = add(work, to, amount);
	printf("  within: %d pages changed, the table's sum is %ld\n", pages_changed(work),
		total(table));
	if (st == ST_OK)
		st = balance(work, from) < 0 ? ST_CANCELED : vmo_merge(work, table);
	(void)object_delete(work);
	return st;
}

int main(void)
{
	if (vmo_create(ROOT_SLOT_POOL, SIZE, 0, &table) != ST_OK || add(table, 7, 100) != ST_OK)
		return 1;
	printf("60 from 7 to 4000: %s\n", status_name(transfer(7, 4000, 60)));
	printf("60 more: %s\n", status_name(transfer(7, 4000, 60)));
	printf("7 has %ld, 4000 has %ld\n", balance(table, 7), balance(table, 4000));
	return balance(table, 7) == 40 && balance(table, 4000) == 60 && total(table) == 100 ?
		0 :
		1;
}
