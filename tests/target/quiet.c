/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* Booted with debug=off: no call without a capability tells or takes anything. */
#include "libsys/cap.h"
#include "libsys/syscalls.h"

int main(void)
{
	static const char text[] = "nobody sees this\n";
	int wrong = 0;

	wrong += sys_debug_write((uaddr_t)text, sizeof(text) - 1) != ST_ACCESS_DENIED;
	wrong += sys_debug_write(0, 0) != ST_ACCESS_DENIED;
	wrong += sys_debug_read() != ST_ACCESS_DENIED;
	for (word_t what = 0; what <= DEBUG_COUNTERS; what++)
		wrong += sys_debug_count(what) != ST_ACCESS_DENIED;
	return 70 + wrong;
}
