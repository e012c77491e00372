/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "arch/space.h"

#include "boot_map.h"

uint64_t space_none(void)
{
	return image_pa(&empty_table);
}
