/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The virtual timer: it is there at EL1 under every firmware and hypervisor, and with an
 * offset of zero (head.S) counts the same as the physical one.
 */
#include "arch/timer.h"

#include "arch/irqchip.h"

#include "sysreg.h"

void timer_init_cpu(uint32_t irq)
{
	timer_clear();
	WRITE_SYSREG(cntkctl_el1, CNTKCTL_EL0VCTEN);
	isb();
	irq_unmask(irq);
}

uint64_t timer_frequency(void)
{
	return READ_SYSREG(cntfrq_el0);
}
