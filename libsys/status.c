/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/syscalls.h"

const char *status_name(int64_t status)
{
	switch (status) {
#define STATUS(name, number, meaning) \
	case number: \
		return #name;
#include "abi/status.def"
#undef STATUS
	default:
		return "unknown status";
	}
}

const char *status_text(int64_t status)
{
	switch (status) {
#define STATUS(name, number, meaning) \
	case number: \
		return meaning;
#include "abi/status.def"
#undef STATUS
	default:
		return "unknown status";
	}
}
