/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The short way of a call and of an answer: where the partner waits on this CPU, nobody more
 * urgent does, and all of the message is in registers, the two change places at once.
 */
#pragma once

#include "object/sched.h"

/*
 * fastpath_call, fastpath_reply_recv: do the call of the same name, whole, and switch; or
 * change nothing and return false: then it goes the long way (ipc.c), which ends the same.
 */
bool fastpath_call(struct cpu *cpu, struct thread *thread);
bool fastpath_reply_recv(struct cpu *cpu, struct thread *thread);
