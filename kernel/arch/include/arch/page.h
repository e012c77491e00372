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
