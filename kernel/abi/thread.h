/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What programs and kernel say to each other about threads.
 */
#pragma once

#include "abi/types.h"

enum {
	PRIORITY_MAX = 255,   /* the most urgent; 0 the least */
	THREAD_NAME_MAX = 32, /* with the zero at its end */
};

/* enum register_set: which registers thread_read and thread_write carry. */
enum register_set {
	REGISTERS_GENERAL = 0, /* struct thread_registers */
	REGISTERS_FPU = 1,     /* struct thread_fpu */
};

struct thread_registers {
	uint64_t x[31];
	uint64_t sp;
	uint64_t pc;
	uint64_t pstate; /* the flags N, Z, C, V alone */
	uint64_t tls;	 /* TPIDR_EL0 */
};

struct thread_fpu {
	struct {
		uint64_t low, high;
	} v[32];
	uint32_t fpsr;
	uint32_t fpcr;
	uint32_t reserved[2]; /* 0 */
};

/* enum thread_state: what a thread is doing. */
enum thread_state {
	THREAD_STOPPED = 0,   /* not started, or suspended */
	THREAD_READY = 1,     /* running, or would if its CPU had time */
	THREAD_SENDING = 2,   /* waits for a receiver */
	THREAD_RECEIVING = 3, /* waits for a message */
	THREAD_CALLING = 4,   /* waits for the answer to a call or a fault */
	THREAD_WAITING = 5,   /* waits for a notification */
	THREAD_SLEEPING = 6,  /* waits for a moment */
};

/* What thread_info tells. */
struct thread_info {
	char name[THREAD_NAME_MAX];
	uint32_t state; /* enum thread_state */
	uint32_t priority;
	uint32_t priority_max; /* that it may give */
	uint32_t cpu;
	uint64_t pc; /* 0 while it runs on another CPU */
	uint64_t ipc_buffer;
};
