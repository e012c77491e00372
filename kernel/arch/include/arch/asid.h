/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * ASIDs: how TLBs tell one VSpace's translations from another's. One is taken for as long as
 * the VSpace lives. One that was given back is not given out again until all have been passed
 * over once; then all TLBs forget everything, once for all that were given back since.
 */
#pragma once

#include "lib/base.h"

/* asid_take: false if all of them are taken (65,535, or 255 where the CPU has 8 bits). */
must_check bool asid_take(uint16_t *asid_out);

/* asid_give_back: no CPU translates by it. */
void asid_give_back(uint16_t asid);
