/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* What libfdt includes as <string.h> in the kernel. */
#pragma once
#include "lib/string.h"
