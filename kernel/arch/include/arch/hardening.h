/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the CPU offers against attacks by programs, and what of it is on.
 */
#pragma once

#include "lib/base.h"

/*
 * hardening_init_canary: another stack canary for each boot.
 *
 *  => called where no function whose frame holds the old one will return
 */
void hardening_init_canary(void);

/* hardening_init_cpu: switch on what this CPU has. */
void hardening_init_cpu(void);

/*
 * hardening_report: one line that says how things are.
 *
 *  => the firmware's conduit is known (cpus_init)
 *  => `seeded`: the loader gave random numbers (/chosen kaslr-seed); else the clock is what the
 *     kernel's secrets are made from, and who can tell when it booted can guess them
 */
void hardening_report(bool seeded);
