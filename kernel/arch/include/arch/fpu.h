/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Floating point and SIMD: the kernel itself never uses them.
 */
#pragma once

/* fpu_enable: let EL0 on this CPU use them, all registers zero. */
void fpu_enable(void);
