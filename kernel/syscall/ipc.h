/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The calls that carry messages: what they carry is in the thread's context.
 */
#pragma once

#include "abi/syscalls.h"

#include "object/thread.h"

#define SYSCALL_IPC(number, name, text) int64_t ipc_##name(struct thread *thread);
#define SYSCALL(number, name, parameters, arguments)
#include "abi/syscalls.def"
#undef SYSCALL
#undef SYSCALL_IPC
