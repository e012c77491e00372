/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Interrupt lines. A driver's life:
 *
 *	irq_claim(ROOT_SLOT_IRQ_CONTROL, 33, IRQ_LEVEL, irq)
 *	irq_bind(irq, notification)         from here on it can come
 *	for (;;) {
 *		notification_wait(notification, &bits)
 *		serve the device, until it no longer raises its line
 *		irq_ack(irq)                from here on the next can come
 *	}
 *
 * Between an interrupt and its irq_ack the line is masked. Edges that come meanwhile are kept,
 * as one; a level that is still raised interrupts again at once.
 *
 * Of a name that is wrong, all return ST_BAD_HANDLE (nothing stands there), ST_WRONG_TYPE,
 * ST_OUT_OF_RANGE or ST_NOT_FOUND (it leads nowhere).
 */
#pragma once

#include "abi/bootinfo.h"
#include "abi/objects.h"
#include "abi/syscalls.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * irq_claim: make the capability to an interrupt line; there is one first capability to each,
 * and copies of it.
 *
 *  control  the IRQ control capability
 *  line     the interrupt controller's number, as in a device tree plus 32: 32 up to
 *           bootinfo's irq_lines - 1
 *  trigger  IRQ_LEVEL or IRQ_EDGE, as the device raises it
 *  slot     an empty slot of this program's CSpace
 *  returns  ST_OK
 *           ST_OUT_OF_RANGE    no line that programs can have
 *           ST_INVALID_ARGS    no such trigger
 *           ST_ALREADY_EXISTS  the slot is not empty
 *           ST_ALREADY_BOUND   the line is claimed: until all capabilities to it are deleted
 */
static inline status_t irq_claim(
	cptr_t control, word_t line, enum irq_trigger trigger, cptr_t slot)
{
	return (status_t)sys_irq_claim(control, line, trigger, ROOT_SLOT_CNODE, slot);
}

/*
 * irq_bind: choose what the interrupt signals, and let it come.
 *
 *  notification  right WRITE; its badge are the bits. The line keeps a copy, derived from this
 *                capability: revoking that unbinds the line, and its next interrupt is the last.
 *                0: nothing; the line is masked
 *  returns       ST_OK: the interrupt comes to the CPU that called this
 *                ST_ACCESS_DENIED  the notification's capability lacks WRITE
 */
static inline status_t irq_bind(cptr_t irq, cptr_t notification)
{
	return (status_t)sys_irq_bind(irq, notification);
}

/*
 * irq_ack: the interrupt was served, let the next one come. More often than needed is no harm.
 *
 *  returns  ST_OK
 *           ST_BAD_STATE  nothing is bound
 */
static inline status_t irq_ack(cptr_t irq)
{
	return (status_t)sys_irq_ack(irq);
}

#ifdef __cplusplus
}
#endif
