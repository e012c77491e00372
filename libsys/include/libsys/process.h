/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Processes: a program from the initial archive in a VSpace and a CSpace of its own.
 *
 * The kernel knows none: a process is what this library makes of an Untyped, all of it, and
 * that Untyped is what it costs. Taking the Untyped back ends it, whatever it was doing.
 *
 *	Untyped   | own | ...Pool's... | objects' |
 *		    |       |              '- what the process may make objects of (slot 16)
 *		    |       '- its memory: VSpace, data, stack; what it makes VMOs of (slot 5)
 *		    '- CNode, thread, endpoint to this program
 *
 *	0x400000  text, constants    the archive's pages, shared by all
 *		  data               a clone of the archive's: copied where it is written
 *		  bss                zeros
 *	          (guard) stack | IPC buffer | startup page   up to the end of the addresses
 *
 * Nothing of the file is copied, if its place in the archive and its address agree within a page
 * (tools/mkarchive and quire_program see to that; of other archives the segments are copied).
 *
 * What happens in it comes as messages to its control endpoint, one for each exit, fault and
 * call of startup_ready(); process_wait() receives them. An exit or a fault stops all of its
 * threads; its memory can be looked at until it is destroyed.
 *
 * Not for two threads at once: one `struct process` has one user at a time.
 */
#pragma once

#include <stddef.h>

#include "abi/ipc.h"
#include "abi/thread.h"

#include "libsys/ipc.h"
#include "libsys/notification.h"
#include "libsys/startup.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
	PROCESS_MAPPINGS_MAX = 48,
	PROCESS_MEMORY_BITS = 22, /* of its Untyped, if nothing else is said: 4 MiB */
	PROCESS_MEMORY_BITS_MIN = 20,
	PROCESS_CNODE_BITS = 9, /* slots of its CNode, as a power of two */
	PROCESS_STACK_SIZE = 1 << 16,
	PROCESS_PRIORITY = 100,
	PROCESS_BACKTRACE_MAX = 16,
};

/* A capability to give, by name. */
struct process_cap {
	const char *name; /* less than STARTUP_NAME_MAX bytes */
	cptr_t cap;
	word_t rights; /* of the copy; RIGHTS_ALL: as many as `cap` has */
	word_t badge;  /* of the copy; 0: as `cap` */
};

enum process_flag {
	PROCESS_ARCHIVE = 1 << 0, /* it sees the archive, and can spawn from it */
	PROCESS_STOPPED = 1 << 1, /* not started: process_start() does that */
};

/* How to spawn; what is 0 is as said here. */
struct process_options {
	const char *name;		/* of its thread; NULL: the file's */
	const char *const *arguments;	/* argv, up to a NULL; NULL: the file's name alone */
	const char *const *environment; /* up to a NULL; NULL: empty */
	const struct process_cap *caps;
	unsigned caps_count;
	unsigned flags; /* enum process_flag */
	cptr_t untyped; /* to make it of: of PROCESS_MEMORY_BITS_MIN or more, all of it
				 free; 0: one is made of this program's, */
	unsigned
		memory_bits; /* of that many bytes, as a power of two; 0: PROCESS_MEMORY_BITS */
	unsigned
		objects_bits; /* of what it may make objects of: memory_bits less 1 to 4; 0: 4 */
	unsigned cnode_bits;  /* 6 up to ROOT_CNODE_BITS; 0: PROCESS_CNODE_BITS */
	size_t stack_size;    /* in bytes; 0: PROCESS_STACK_SIZE */
	unsigned priority; /* 0: PROCESS_PRIORITY, or this thread's maximum if that is less */
	unsigned cpu;
	cptr_t control; /* endpoint, all rights but READ used: where its messages go, for who
			   serves many; 0: one is made, for process_wait() */
	word_t badge;	/* that they come with */
};

/* A range of its addresses; flags: enum vspace_flag. */
struct process_mapping {
	uaddr_t address;
	uint64_t size;
	uint64_t offset; /* in the VMO */
	uint64_t id;	 /* of the VMO, as cap_info_vmo tells, of process_clone()'s; else 0 */
	cptr_t vmo;	 /* in a slot of slot_alloc() */
	unsigned flags;
	int is_shared; /* the VMO's capability is another process's, or the archive's */
};

enum process_state {
	PROCESS_NONE = 0, /* destroyed, or never made */
	PROCESS_RUNS = 1,
	PROCESS_WAITS = 2, /* in startup_ready(), until process_go() */
	PROCESS_EXITED = 3,
	PROCESS_CRASHED = 4,
	PROCESS_KILLED = 5,
};

/* All that a thread has in registers. */
struct process_registers {
	struct thread_registers general;
	struct thread_fpu fpu;
};

/* Capabilities are this program's; all but `memory` stand in neighbouring slots. */
struct process {
	cptr_t memory;	/* the Untyped */
	cptr_t own;	/* of it: for the following */
	cptr_t objects; /* of it: what the process makes objects of */
	cptr_t pool;
	cptr_t pool_lent; /* a copy, of which the process has a copy */
	cptr_t cnode;	  /* with its guard: slots are {cnode, slot, 64} */
	cptr_t cnode_made;
	cptr_t thread;
	cptr_t vspace;
	cptr_t control; /* where its messages come; the caller's if it gave one */
	cptr_t reply;	/* for them */
	cptr_t lent;	/* empty: a place for a moment */
	char name[THREAD_NAME_MAX];
	const void *file; /* in the archive: for symbols */
	uint64_t file_size;
	enum process_state state;
	int status;	/* of PROCESS_EXITED */
	unsigned flags; /* enum process_flag */
	unsigned memory_bits, cnode_bits, slots_free;
	int owns_memory; /* `memory` was made with it */
	int is_golden;	 /* there are clones of it: it never runs again */
	int has_objects; /* a copy: timers, notifications, VMOs that need not be mapped */
	struct process_registers ready; /* of its first thread in startup_ready(), if copied */
	struct process *golden;		/* what it is a clone of */
	uint32_t threads_still; /* a bit for each other thread that was stopped when copied */
	unsigned generation;	/* how often it was begun from there */
	unsigned thread_count;	/* of a copy: its other threads, */
	cptr_t threads[STARTUP_THREADS_MAX];	    /* in slots of slot_alloc(), */
	uint16_t thread_slots[STARTUP_THREADS_MAX]; /* and where they stand in its CNode */
	unsigned mapping_count;
	struct process_mapping mapping[PROCESS_MAPPINGS_MAX];
};

/* What a process did, and how it looked then. */
struct process_event {
	enum process_state state; /* that it is in now */
	int status;		  /* PROCESS_EXITED: what it ended with */
	/* PROCESS_CRASHED */
	enum fault_label fault;
	word_t words[FAULT_WORDS];
	struct thread_registers registers;
	unsigned depth; /* of the backtrace: registers.pc first */
	uaddr_t backtrace[PROCESS_BACKTRACE_MAX];
};

/*
 * process_spawn: make a process of a file of the archive, and start it.
 *
 *  options  NULL: all as if 0
 *  process  the caller's, until process_destroy()
 *  returns  ST_OK
 *           ST_NOT_FOUND         no such file in the archive
 *           ST_INVALID_ARGS      the file is no program that can be loaded; sizes in `options`
 *           ST_BUFFER_TOO_SMALL  arguments and environment take more than STARTUP_TEXT_MAX,
 *                                or a name is too long
 *           ST_OUT_OF_RANGE      more than STARTUP_CAPS_MAX capabilities; no such CPU or
 *                                priority
 *           ST_NO_RESOURCES      no slots; more segments than PROCESS_MAPPINGS_MAX
 *           ST_NO_MEMORY         no such Untyped, or it has no room for the program
 *           others               what cap_mint says of a capability that is to be given
 *           Whatever was made is gone again.
 */
status_t process_spawn(
	const char *file, const struct process_options *options, struct process *process);

/* process_start: let one go on that was spawned with PROCESS_STOPPED. */
status_t process_start(struct process *process);

/*
 * process_wait: wait for what a process does next: for its end, its fault, or startup_ready().
 * One that has ended is told of again.
 *
 *  until    NULL: for ever
 *  returns  ST_OK; event->state says what it was, other than PROCESS_RUNS
 *           ST_TIMED_OUT  nothing until the deadline
 *           ST_CANCELED   its Untyped was revoked
 *           ST_BAD_STATE  it was destroyed
 */
status_t process_wait(
	struct process *process, const struct wait *until, struct process_event *event);

/*
 * process_handle: the same for who received the message himself, of options.control. Where the
 * answer is due (PROCESS_WAITS) it is given through `process->reply`, with which it was
 * received, by process_go().
 */
void process_handle(
	struct process *process, const struct message *message, struct process_event *event);

/* process_go: let one go on that waits in startup_ready(), which returns `generation`. */
status_t process_go(struct process *process, unsigned generation);

/*
 * process_snapshot: make a copy of a process as it is now, and start it. Neither sees what the
 * other writes from then on; nothing is copied before it is written.
 *
 *	what is mapped        writable: a snapshot; else shared
 *	threads               all registers; those of startup_page()->threads and the first
 *	slots                 standard ones: its own. By name: as the source has them, or those
 *	                      in `options`. VMOs: the copy's. Endpoints, notifications, timers and
 *	                      reply objects: new ones, nothing pending, timers unbound. Others
 *	                      are empty
 *
 * Of the threads of <pthread.h> the copy has the first one alone: others are to be made after
 * startup_ready(), or joined before it.
 *
 * What waits in a call begins it anew in the copy. One that waits in startup_ready() returns 1
 * from it in the copy, while the source goes on waiting.
 *
 *  source   runs or waits; stopped while it is copied, and goes on. Not one that has ended
 *  options  as for process_spawn, caps replacing those of the same name; sizes of CNode and
 *           stack, arguments and environment are the source's
 *  copy     goes with the source: it may hold pages that the source's Pool paid for
 *  returns  as process_spawn; ST_BAD_STATE: the source has ended; ST_NOT_FOUND: a capability in
 *           `options` by a name that the source has not; ST_NO_RESOURCES: more than
 *           four Pools, each generation of snapshots having one
 */
status_t process_snapshot(
	struct process *source, const struct process_options *options, struct process *copy);

/*
 * process_clone: make a process that begins where `golden` waits, and can be begun anew there
 * (process_restart).
 *
 *  golden   waits in startup_ready(), and never runs again once there is a clone: it is what
 *           the clone's memory shows where the clone has not written. It stays longer than that
 *  returns  as process_snapshot; ST_BAD_STATE: golden does not wait
 */
status_t process_clone(
	struct process *golden, const struct process_options *options, struct process *clone);

/*
 * process_restart: begin a clone anew where its golden process waits, whatever it is doing:
 * what it wrote goes, what it made goes, registers are set again. It costs as much as it changed.
 *
 *  process  of process_clone(); runs, has exited, crashed or was killed
 *  returns  ST_OK: startup_ready() returns in it, with a number that is one more each time
 *           ST_BAD_STATE  no clone, or destroyed
 *           others        what the calls said that it is made of: destroy it
 */
status_t process_restart(struct process *process);

/*
 * process_kill: stop all its threads for good. It ends as PROCESS_KILLED, if it had not ended;
 * its memory can be looked at until process_destroy().
 */
status_t process_kill(struct process *process);

/*
 * process_destroy: end it, if it has not ended, and take back all that it was made of.
 *
 *  returns  ST_OK, also if that is done already
 */
status_t process_destroy(struct process *process);

/*
 * process_read: copy from its memory.
 *
 *  returns  ST_OK; ST_NOT_FOUND: not all of it is mapped; ST_OUT_OF_RANGE: beyond a VMO's end
 */
status_t process_read(struct process *process, uaddr_t address, void *to, size_t size);

/*
 * process_symbol: the function that an address is in, by the file's symbols.
 *
 *  offset_out  of the address in it
 *  returns     its name, in the archive; NULL if there is none
 */
const char *process_symbol(
	const struct process *process, uaddr_t address, uint64_t *offset_out);

/* process_print: what happened, for people, on the standard output; a crash in all detail. */
void process_print(const struct process *process, const struct process_event *event);

#ifdef __cplusplus
}
#endif
