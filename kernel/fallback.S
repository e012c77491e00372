/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
	.section .rodata
	.balign	8
	.global fallback_tree
fallback_tree:
	.incbin	FALLBACK_TREE
