/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A server of messages without words, in one page of its own so that it can be mapped into
 * another VSpace: x19 is the endpoint, x20 the reply object. It needs no stack.
 */
	.text
	.balign	4096
	.global	bench_server
bench_server:
	mov	x8, #5			/* recv */
	mov	x0, x19
	mov	x11, x20
	svc	0
1:	mov	x8, #2			/* reply_recv */
	mov	x0, x19
	mov	x1, #0
	mov	x11, x20
	svc	0
	b	1b
	.balign	4096
