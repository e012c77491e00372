/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the kernel told the first program about the machine.
 */
#pragma once

#include "abi/bootinfo.h"

#ifdef __cplusplus
extern "C" {
#endif

/* boot_info: the kernel's page of facts; read-only, there as long as the program. */
const struct bootinfo *boot_info(void);

/*
 * boot_argument: a word of the boot arguments (QEMU: -append; a Pi: cmdline.txt).
 *
 *  name        what to look for: the word itself, or what stands before its '='
 *  value_out   the text behind the '=' (up to the next blank, not NUL-terminated there), or
 *              "" if there is none; may be NULL
 *  returns     true if the word is there, before a word "--"
 *
 * What stands behind "--" is the first program's own: leading words of the form NAME=value are its
 * environment, the others its arguments, argv[1] and on. A blank always ends a word.
 */
int boot_argument(const char *name, const char **value_out);

/*
 * boot_instructions: instructions that this machine has retired since the kernel's first,
 * up to the kernel's last before the first program: what booting cost.
 *
 *  returns 0 where the machine does not count them (QEMU without -icount)
 */
uint64_t boot_instructions(void);

#ifdef __cplusplus
}
#endif
