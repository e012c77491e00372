/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What init answers, to programs that its manifest gives the capability "init".
 */
#pragma once

#include "abi/memory.h"

#include "libsys/process.h"

#ifdef __cplusplus
extern "C" {
#endif

enum system_label {
	SYSTEM_LOOKUP = 0x300,	/* bytes: a name. The endpoint of who serves it is sent along */
	SYSTEM_SERVICE = 0x301, /* word 0: a number from 0 on. A struct system_service */
	SYSTEM_MEMORY = 0x302,	/* a struct system_memory */
	SYSTEM_KILL = 0x303,	/* bytes: a name. What its manifest says of its end follows */
	SYSTEM_END = 0x304,	/* word 0: the status that the machine is switched off with */
	SYSTEM_LOG = 0x305, /* word 0: a number from 0 on. Bytes: what happened, oldest first */
	SYSTEM_VMO =
		0x306, /* word 0: the number of a Pool; bytes: an id. A struct system_vmo */
};

enum { SYSTEM_NAME_MAX = 24, SYSTEM_LOG_MAX = 96 };

struct system_service {
	char name[SYSTEM_NAME_MAX];
	uint32_t state; /* enum process_state */
	uint32_t restarts;
	uint64_t restart_ns; /* what the last one took */
	uint64_t memory;     /* bytes of its Untyped, and of its golden one's */
	uint64_t pages;	     /* of its Pool: in use */
};

/* A VMO, and who its Pool was made for. */
struct system_vmo {
	struct vmo_info info;
	char pool[SYSTEM_NAME_MAX + 8]; /* "NAME", or "NAME, golden" */
};

/* All RAM, in bytes: total = boot + init + services + free. */
struct system_memory {
	uint64_t total;
	uint64_t boot; /* kernel, records of pages, reserved, the archive, first objects */
	uint64_t init; /* its Pool, and objects that it made for itself and to serve */
	uint64_t services;
	uint64_t free;
};

/*
 * system_ask: one of the above.
 *
 *  init     the capability
 *  bytes    sent along, `size` of them: a name
 *  answer   what comes back, up to `answer_size` bytes
 *  returns  ST_OK; ST_NOT_FOUND: no such name or number; others as ipc_call
 */
status_t system_ask(cptr_t init, enum system_label label, word_t number, const char *name,
	void *answer, size_t answer_size);

/*
 * system_lookup: the endpoint of who serves a name.
 *
 *  cap_out  in a slot of slot_alloc()
 *  returns  ST_OK; ST_NOT_FOUND: nobody does; ST_NO_RESOURCES: no slot
 */
status_t system_lookup(cptr_t init, const char *name, cptr_t *cap_out);

/*
 * system_vmo: about the next VMO of a Pool of init's or of a service's.
 *
 *  pool     a number from 0 on
 *  after    the id of the one before; 0: the first
 *  returns  ST_OK; ST_NOT_FOUND: no other in this Pool; ST_OUT_OF_RANGE: no more Pools; others
 *           as ipc_call
 */
status_t system_vmo(cptr_t init, unsigned pool, uint64_t after, struct system_vmo *out);

#ifdef __cplusplus
}
#endif
