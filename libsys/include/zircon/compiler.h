/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What headers for C and C++ in Zircon's manner are written with.
 */
#pragma once

#ifdef __cplusplus
#define __BEGIN_CDECLS extern "C" {
#define __END_CDECLS   }
#else
#define __BEGIN_CDECLS
#define __END_CDECLS
#endif

#ifndef likely
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif

#ifndef countof
#define countof(array) (sizeof(array) / sizeof((array)[0]))
#endif

#define __UNUSED	     __attribute__((__unused__))
#define __PACKED	     __attribute__((__packed__))
#define __ALIGNED(x)	     __attribute__((__aligned__(x)))
#define __NO_RETURN	     __attribute__((__noreturn__))
#define __NO_INLINE	     __attribute__((__noinline__))
#define __ALWAYS_INLINE	     __attribute__((__always_inline__))
#define __WEAK		     __attribute__((__weak__))
#define __PURE		     __attribute__((__pure__))
#define __CONST		     __attribute__((__const__))
#define __LEAF_FN	     __attribute__((__leaf__))
#define __SECTION(x)	     __attribute__((__section__(x)))
#define __WARN_UNUSED_RESULT __attribute__((__warn_unused_result__))
#define __PRINTFLIKE(format, arguments) \
	__attribute__((__format__(__printf__, format, arguments)))
#define __UNREACHABLE	__builtin_unreachable()
#define __FALLTHROUGH	__attribute__((__fallthrough__))
#define __LOCAL		__attribute__((__visibility__("hidden")))
#define __THREAD	__thread
#define __ISCONSTANT(x) __builtin_constant_p(x)

#define add_overflow(a, b, result) __builtin_add_overflow(a, b, result)
#define sub_overflow(a, b, result) __builtin_sub_overflow(a, b, result)
#define mul_overflow(a, b, result) __builtin_mul_overflow(a, b, result)

/* newlib has one, too, which is empty. */
#undef __EXPORT
#define __EXPORT __attribute__((__visibility__("default")))
