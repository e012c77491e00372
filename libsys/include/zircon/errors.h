/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Every value of zx_status_t. Calls of this system return those that abi/status.def has, too;
 * the others are for programs and their protocols.
 */
#pragma once

#define ZX_OK 0 /* done */

/* What the system could not do. */
#define ZX_ERR_INTERNAL		   (-1) /* a state that should not exist */
#define ZX_ERR_NOT_SUPPORTED	   (-2) /* this object or machine cannot do that */
#define ZX_ERR_NO_RESOURCES	   (-3) /* something fixed is used up */
#define ZX_ERR_NO_MEMORY	   (-4)
#define ZX_ERR_INTERNAL_INTR_RETRY (-6)

/* What is wrong with an argument. */
#define ZX_ERR_INVALID_ARGS	(-10) /* malformed, null, not mapped, unknown options */
#define ZX_ERR_BAD_HANDLE	(-11) /* no handle has this value */
#define ZX_ERR_WRONG_TYPE	(-12) /* a handle to an object of another type */
#define ZX_ERR_BAD_SYSCALL	(-13)
#define ZX_ERR_OUT_OF_RANGE	(-14)
#define ZX_ERR_BUFFER_TOO_SMALL (-15)

/* What is wrong with the state of things. */
#define ZX_ERR_BAD_STATE      (-20)
#define ZX_ERR_TIMED_OUT      (-21) /* the deadline came first */
#define ZX_ERR_SHOULD_WAIT    (-22)
#define ZX_ERR_CANCELED	      (-23) /* the handle waited for was closed */
#define ZX_ERR_PEER_CLOSED    (-24)
#define ZX_ERR_NOT_FOUND      (-25)
#define ZX_ERR_ALREADY_EXISTS (-26)
#define ZX_ERR_ALREADY_BOUND  (-27)
#define ZX_ERR_UNAVAILABLE    (-28) /* made without what this needs */

/* What the handle's rights do not allow. */
#define ZX_ERR_ACCESS_DENIED (-30)

/* Input and output. */
#define ZX_ERR_IO		  (-40)
#define ZX_ERR_IO_REFUSED	  (-41)
#define ZX_ERR_IO_DATA_INTEGRITY  (-42)
#define ZX_ERR_IO_DATA_LOSS	  (-43)
#define ZX_ERR_IO_NOT_PRESENT	  (-44)
#define ZX_ERR_IO_OVERRUN	  (-45)
#define ZX_ERR_IO_MISSED_DEADLINE (-46)
#define ZX_ERR_IO_INVALID	  (-47)

/* File systems. */
#define ZX_ERR_BAD_PATH	 (-50)
#define ZX_ERR_NOT_DIR	 (-51)
#define ZX_ERR_NOT_FILE	 (-52)
#define ZX_ERR_FILE_BIG	 (-53)
#define ZX_ERR_NO_SPACE	 (-54)
#define ZX_ERR_NOT_EMPTY (-55)

/* What callbacks say to their callers. */
#define ZX_ERR_STOP  (-60)
#define ZX_ERR_NEXT  (-61)
#define ZX_ERR_ASYNC (-62)

/* Networks. */
#define ZX_ERR_PROTOCOL_NOT_SUPPORTED (-70)
#define ZX_ERR_ADDRESS_UNREACHABLE    (-71)
#define ZX_ERR_ADDRESS_IN_USE	      (-72)
#define ZX_ERR_NOT_CONNECTED	      (-73)
#define ZX_ERR_CONNECTION_REFUSED     (-74)
#define ZX_ERR_CONNECTION_RESET	      (-75)
#define ZX_ERR_CONNECTION_ABORTED     (-76)
