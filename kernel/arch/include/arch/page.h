/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Whole pages, as fast as the machine can.
 */
#pragma once

/* page_zero: zero a page of normal memory. */
void page_zero(void *page);

/* page_copy: copy a page of normal memory. */
void page_copy(void *to, const void *from);

/*
 * page_copy_entries: the same, in each 64-bit word the bits of `clear` cleared and then, where
 * bit 0 is set, `add` added.
 */
void page_copy_entries(void *to, const void *from, uint64_t clear, uint64_t add);
