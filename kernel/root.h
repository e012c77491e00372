/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The first program: found in the archive, loaded, started.
 */
#pragma once

#include "abi/bootinfo.h"

#include "bootmem.h"

/*
 * root_start: load "init" from the archive and run it; does not return.
 *
 *  => `archive` is RAM that is no longer in `memory`; `info` is complete but for what this
 *     adds: the archive's and the stack's place, and the memory that is free in the end
 *  => panics with the reason if there is no archive, no init in it, or it cannot be loaded
 */
noreturn void root_start(struct bootmem *memory, struct range archive, struct bootinfo *info);
