/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "cap/object.h"

const struct object_info object_info[OBJECT_TYPES] = {
#define OBJECT(name, number, bits_min, bits_max, rights, traits, meaning) \
	[OBJECT_##name] = {bits_min, bits_max, rights, traits},
#include "abi/objects.def"
#undef OBJECT
};
