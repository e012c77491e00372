/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "object/irq.h"

#include "invoke.h"
#include "signal.h"

int64_t sys_irq_claim(cptr_t control, word_t line, word_t trigger, cptr_t cnode, word_t index)
{
	struct work work = {WORK_DEFAULT};
	struct lookup lookup = invoke_find(control, OBJECT_IRQ_CONTROL, 0);
	struct lookup into = invoke_find(cnode, OBJECT_CNODE, 0);
	struct slot *to;
	status_t st;

	if (lookup.status != ST_OK)
		return lookup.status;
	if (into.status != ST_OK)
		return into.status;
	st = cspace_window(&into.slot->cap, index, 1, &to);
	if (st != ST_OK)
		return st;
	return call_result(irq_claim(lookup.slot, to, line, trigger, &work));
}

/* Masked while what it signals changes, so that no interrupt finds nothing there. */
int64_t sys_irq_bind(cptr_t irq, cptr_t notification)
{
	struct work work = {WORK_DEFAULT};
	struct lookup lookup = invoke_find(irq, OBJECT_IRQ, 0);
	struct lookup signal = find_signal(notification);
	struct irq_line *line;
	status_t st;

	if (lookup.status != ST_OK)
		return lookup.status;
	if (signal.status != ST_OK)
		return signal.status;
	line = irq_of(&lookup.slot->cap);
	irq_disable(line);
	st = signal_replace(&line->slot, signal.slot, &work);
	if (st == ST_OK && signal.slot) {
		irq_route_here(line);
		irq_enable(line);
	}
	return call_result(st);
}

int64_t sys_irq_ack(cptr_t irq)
{
	struct lookup lookup = invoke_find(irq, OBJECT_IRQ, 0);
	const struct irq_line *line;

	if (unlikely(lookup.status != ST_OK))
		return lookup.status;
	line = irq_of(&lookup.slot->cap);
	if (unlikely(!irq_is_bound(line)))
		return ST_BAD_STATE;
	irq_enable(line);
	return ST_OK;
}
