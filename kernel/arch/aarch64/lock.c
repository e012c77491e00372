/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "arch/lock.h"

struct lock kernel_tickets;

void kernel_lock_wait(uint32_t ticket)
{
	kernel_lock_spin(ticket);
}
