/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Arm GICv2 and GIC-400 (IHI 0048), all interrupts in the group that this security state
 * sees: on a Raspberry Pi the kernel is non-secure and GICD_IGROUPR reads as zero and
 * ignores writes, on QEMU there is one state; both work if the register is left alone.
 */
#include "arch/cpu.h"
#include "arch/irqchip.h"
#include "arch/kmap.h"

#include "mmio.h"
#include "platform.h"

enum gicd_reg {
	GICD_CTLR = 0x000,	 /* rw  control */
	GICD_TYPER = 0x004,	 /* ro  number of lines */
	GICD_ISENABLER = 0x100,	 /* rw  unmask, a bit a line */
	GICD_ICENABLER = 0x180,	 /* rw  mask */
	GICD_ICPENDR = 0x280,	 /* rw  withdraw */
	GICD_ICACTIVER = 0x380,	 /* rw  deactivate */
	GICD_IPRIORITYR = 0x400, /* rw  priority, a byte a line, lower is more urgent */
	GICD_ITARGETSR = 0x800,	 /* rw  CPUs, a byte a line; 0-31 tell this CPU's own bit */
	GICD_ICFGR = 0xc00,	 /* rw  trigger, two bits a line: 2 edge, 0 level */
	GICD_SGIR = 0xf00,	 /* wo  send an SGI */
};

enum gicc_reg {
	GICC_CTLR = 0x000, /* rw  control */
	GICC_PMR = 0x004,  /* rw  priorities below this one get through */
	GICC_BPR = 0x008,  /* rw  preemption */
	GICC_IAR = 0x00c,  /* ro  acknowledge */
	GICC_EOIR = 0x010, /* wo  end of interrupt */
};

enum {
	PRIORITY = 0xa0a0a0a0u,
	LINES_MAX = 1020, /* the numbers above are not lines */
	ICFGR_EDGE = 2,
	SGI_COUNT = 16,
	GICD_SIZE = 0x1000, /* what is used of each, whatever the tree gives */
	GICC_SIZE = 0x1000,
	CTLR_BYPASS = 0x1e0, /* of GICC_CTLR: left as firmware set them */
	CTLR_ENABLE = 1,
	SGIR_TARGET_SHIFT = 16,
	SGIR_SELF = 2 << 24, /* a GIC with one CPU has no target bits: this always works */
};

static volatile void *gicd, *gicc;
static uint8_t cpu_mask[CPU_MAX]; /* the CPU interfaces' own bits, not our numbering */

uint32_t irqchip_lines(void)
{
	uint32_t lines = 32 * ((read32(gicd, GICD_TYPER) & 0x1f) + 1);

	return lines < LINES_MAX ? lines : LINES_MAX;
}

void gic_init(const struct board *board)
{
	gicd = kmap_device(board->gic_distributor.base, GICD_SIZE);
	gicc = kmap_device(board->gic_cpu_interface.base, GICC_SIZE);
}

/* Mask, withdraw and deactivate 32 lines; set their priority. */
static void reset_lines(uint32_t first)
{
	uint32_t word = first / 32 * 4;

	write32(gicd, GICD_ICENABLER + word, ~0u);
	write32(gicd, GICD_ICPENDR + word, ~0u);
	write32(gicd, GICD_ICACTIVER + word, ~0u);
	for (uint32_t i = 0; i < 32; i += 4)
		write32(gicd, GICD_IPRIORITYR + first + i, PRIORITY);
}

static uint8_t own_mask(void)
{
	uint32_t targets = read32(gicd, GICD_ITARGETSR);

	return (uint8_t)(targets | targets >> 8 | targets >> 16 | targets >> 24);
}

void irqchip_init(void)
{
	uint32_t lines = irqchip_lines();
	uint32_t target;

	write32(gicd, GICD_CTLR, 0);
	target = own_mask() * 0x01010101u;
	for (uint32_t i = IRQ_SHARED; i < lines; i += 32) {
		reset_lines(i);
		for (uint32_t j = 0; j < 32; j += 4)
			write32(gicd, GICD_ITARGETSR + i + j, target);
	}
	write32(gicd, GICD_CTLR, 1);
}

void irqchip_init_cpu(void)
{
	cpu_mask[this_cpu()->index] = own_mask();
	reset_lines(0);
	write32(gicc, GICC_PMR, 0xff);
	write32(gicc, GICC_BPR, 0);
	write32(gicc, GICC_CTLR, (read32(gicc, GICC_CTLR) & CTLR_BYPASS) | CTLR_ENABLE);
	irq_unmask(IRQ_IPI);
}

void irqchip_stop_cpu(void)
{
	if (gicc)
		write32(gicc, GICC_CTLR, 0);
}

void irq_unmask(uint32_t irq)
{
	write32(gicd, GICD_ISENABLER + irq / 32 * 4, 1u << irq % 32);
}

void irq_mask(uint32_t irq)
{
	write32(gicd, GICD_ICENABLER + irq / 32 * 4, 1u << irq % 32);
	(void)read32(gicd, GICD_ICENABLER + irq / 32 * 4); /* has arrived */
}

/* Replace a line's field of `bits` bits in a register that has one for each line. */
static void set_field(uint32_t reg, uint32_t irq, uint32_t bits, uint32_t value)
{
	uint32_t per_word = 32 / bits, shift = irq % per_word * bits;
	uint32_t word = reg + irq / per_word * 4;
	uint32_t others = read32(gicd, word) & ~(((1u << bits) - 1) << shift);

	write32(gicd, word, others | value << shift);
}

/* To change a line's trigger while it is enabled is UNPREDICTABLE (IHI 0048, GICD_ICFGRn). */
void irq_set_edge(uint32_t irq, bool edge)
{
	set_field(GICD_ICFGR, irq, 2, edge ? ICFGR_EDGE : 0);
	write32(gicd, GICD_ICPENDR + irq / 32 * 4, 1u << irq % 32);
}

/* With a single CPU the registers read as zero and ignore this: it is the only target. */
void irq_route(uint32_t irq, uint32_t cpu)
{
	set_field(GICD_ITARGETSR, irq, 8, cpu_mask[cpu]);
}

/* The end of an SGI must name its sender, as the acknowledgement did: all of it is kept. */
uint32_t irq_acknowledge(void)
{
	uint32_t iar = read32(gicc, GICC_IAR);

	/* What the sender of an SGI wrote before: partner of the dsb in irq_send_ipi. */
	if (irq_number_of(iar) < SGI_COUNT)
		__asm__ volatile("dmb osh" : : : "memory");
	return iar;
}

void irq_complete(uint32_t taken)
{
	write32(gicc, GICC_EOIR, taken);
}

void irq_send_ipi(uint32_t cpu)
{
	uint32_t target = cpu == this_cpu()->index ?
		(uint32_t)SGIR_SELF :
		(uint32_t)cpu_mask[cpu] << SGIR_TARGET_SHIFT;

	__asm__ volatile("dsb ish" : : : "memory"); /* partner: irq_acknowledge */
	write32(gicd, GICD_SGIR, target | IRQ_IPI);
}
