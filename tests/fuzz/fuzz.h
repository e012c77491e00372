/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the fuzz targets share. A target is built with libFuzzer, ASan and UBSan; it reads
 * its input from a block of exactly the input's size.
 *
 *	build/host/tests/fuzz/fdt_fuzz FOLDER		go on from the inputs in FOLDER
 *	build/host/tests/fuzz/fdt_fuzz crash-1234	run this one again
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* fuzz_copy: the input in a block of its own, 16-byte aligned; free() it. */
void *fuzz_copy(const uint8_t *data, size_t size);

/* fuzz_read: read every byte, so that ASan sees where they lie. */
void fuzz_read(const void *data, uint64_t size);

/* fuzz_expect: what holds whatever the input is. */
void fuzz_expect(int holds, const char *what);
