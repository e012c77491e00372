/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Parts of a mapping unmapped or given other rights, by cuts, as the kernel's objects do it. */
#pragma once

#include "vm/vspace.h"

/* cut_out: `part` is what lies in the range; the pieces around it are `m` and the spares. */
static inline unsigned cut_out(struct mapping *m, uint64_t first, uint64_t pages,
	struct mapping spare[2], struct mapping **part)
{
	unsigned used = 0;

	vspace_flush(m->vspace, first, first + pages, VSPACE_LEVELS);
	if (first + pages < m->first + m->pages)
		vspace_cut(m, first + pages, &spare[used++]);
	*part = m;
	if (first > m->first) {
		vspace_cut(m, first, &spare[used]);
		*part = &spare[used++];
	}
	return used;
}

/* How many spares are mappings now is returned; `gone`: m is none any more. */
static inline unsigned unmap_part(
	struct mapping *m, uint64_t first, uint64_t pages, struct mapping spare[2], bool *gone)
{
	struct mapping *part;
	unsigned used = cut_out(m, first, pages, spare, &part);

	vspace_unmap(part);
	*gone = part == m;
	return *gone ? used : used - 1;
}

static inline unsigned protect_part(struct mapping *m, uint64_t first, uint64_t pages,
	unsigned rights, struct mapping spare[2])
{
	struct mapping *part;
	unsigned used = cut_out(m, first, pages, spare, &part);

	part->rights = rights & MAP_WRITE && rights & MAP_EXECUTE ? 0 : rights;
	return used;
}
