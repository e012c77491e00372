/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What a driver is given of its device: registers to read and write, and an interrupt line.
 *
 *	device_open(node, &device)                   who has the machine: the first program
 *	device_adopt(memory, &range, irq, &device)   who was given capabilities by it
 *
 * Either way the driver works on a struct device and cannot tell the difference. The first
 * program cuts each device's pages out of the device Untypeds that bootinfo lists, and gives
 * them back; devices that share a page share its VMO. To hand a device to a program of its
 * own, send it copies of `memory` and `irq`.
 *
 * device_open, device_close and device_memory_* keep one account of the machine's devices:
 * one thread at a time.
 */
#pragma once

#include <stddef.h>

#include "abi/memory.h"

#include "libsys/device_tree.h"

#ifdef __cplusplus
extern "C" {
#endif

struct device {
	volatile void *registers; /* the first range of `reg`, mapped */
	struct tree_range range;  /* where that is; its size is what may be accessed */
	cptr_t memory;		  /* the VMO that the registers are in */
	cptr_t irq;		  /* its interrupt line; 0: none */
	tree_node node;		  /* TREE_NONE: adopted */
	uaddr_t mapped;		  /* the mapping's start */
	size_t mapped_size;
};

/*
 * device_open: map the registers of a node of the tree, and claim its first interrupt.
 *
 *  device_out  to be closed by device_close()
 *  returns     ST_OK
 *              ST_NOT_FOUND      the node has no `reg`
 *              ST_NOT_SUPPORTED  no device Untyped has all of it, or it needs more than 16 MiB
 *              ST_ALREADY_BOUND  the interrupt is claimed, or the registers are in use at
 *                                another size
 *              ST_NO_MEMORY, ST_NO_RESOURCES  no room in the boot Pool, no slot
 */
status_t device_open(tree_node node, struct device *device_out);

/* device_open_interrupt: the same with another than the first of its interrupts. */
status_t device_open_interrupt(tree_node node, unsigned index, struct device *device_out);

/*
 * device_adopt: the same from capabilities that others made.
 *
 *  memory   a VMO (rights READ, WRITE and MAP)
 *  offset   of the registers in it
 *  range    where they are, physically, and their size
 *  irq      0: none
 *  returns  as vspace_map
 */
status_t device_adopt(cptr_t memory, uint64_t offset, struct tree_range range, cptr_t irq,
	struct device *device_out);

/*
 * device_bind: let the interrupt come, if there is one. Each is to be acknowledged.
 *
 *  notification  right WRITE; its badge are the bits. 0: let it come no more
 *  returns       as irq_bind
 */
status_t device_bind(struct device *device, cptr_t notification);

/* device_ack: the device was served; let the next interrupt come. */
void device_ack(struct device *device);

/*
 * A notification and a deadline for drivers that wait for their device within a call. Those
 * that are called when something has happened use a notification of their caller's instead.
 */
struct device_wait {
	cptr_t notification;
	cptr_t timer;
};

/*
 * device_wait_open: make them, and let the device's interrupt come there.
 *
 *  returns  as objects_create and irq_bind
 */
status_t device_wait_open(struct device *device, struct device_wait *wait);

/*
 * device_wait: wait for the device's interrupt. It is not acknowledged by this.
 *
 *  deadline  of clock_ns()
 *  returns   ST_OK; ST_TIMED_OUT
 */
status_t device_wait(const struct device_wait *wait, uint64_t deadline);

/* device_wait_close: the interrupt comes no more. */
void device_wait_close(struct device *device, struct device_wait *wait);

/*
 * device_close: unmap the registers; what device_open() made is given back, what was adopted
 * stays with whose it is.
 */
void device_close(struct device *device);

/*
 * device_memory_take: the VMO that holds a range of device memory, made if it is not there yet:
 * the smallest block of 2^n bytes, at a multiple of that, around all of it.
 *
 *  cache       enum vmo_cache; VMO_CACHE_UNCACHED_DEVICE for registers
 *  offset_out  of the range in the VMO
 *  returns     as device_open, and ST_ALREADY_BOUND if it is there with another cache
 */
status_t device_memory_take(
	struct tree_range range, enum vmo_cache cache, cptr_t *vmo_out, uint64_t *offset_out);

/* device_memory_give_back: one user less of what device_memory_take() returned. */
void device_memory_give_back(cptr_t vmo);

#ifdef __cplusplus
}
#endif
