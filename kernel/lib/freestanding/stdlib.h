/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* What libfdt includes as <stdlib.h> in the kernel: it wants the types alone. */
#pragma once
#include <stddef.h>
