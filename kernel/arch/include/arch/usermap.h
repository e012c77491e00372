/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What a program's translations say, read by software.
 */
#pragma once

#include "arch/kmap.h"
#include "arch/translate.h"

enum user_rights {
	USER_READ = 1,
	USER_WRITE = 2,
	USER_EXECUTE = 4,
};
