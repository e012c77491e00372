/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Compiled with -ffreestanding and without loop idiom recognition, or the compiler would
 * turn memset into a call of memset. Words where both sides are aligned, bytes elsewhere:
 * the kernel must not make unaligned accesses, since it also runs before its MMU does.
 */
#include "lib/string.h"

#include <stdint.h>

typedef uint64_t __attribute__((may_alias)) alias_word;

static int both_aligned(const void *a, const void *b)
{
	return (((uintptr_t)a | (uintptr_t)b) & (sizeof(alias_word) - 1)) == 0;
}

/* From the first byte on: right also where they overlap, if `d` is below `s`. */
static void copy_forward(unsigned char *d, const unsigned char *s, size_t size)
{
	if (both_aligned(d, s)) {
		for (; size >= sizeof(alias_word); size -= sizeof(alias_word)) {
			*(alias_word *)(void *)d = *(const alias_word *)(const void *)s;
			d += sizeof(alias_word);
			s += sizeof(alias_word);
		}
	}
	while (size--)
		*d++ = *s++;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	copy_forward(to, from, size);
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	unsigned char *d = to;
	const unsigned char *s = from;

	if ((uintptr_t)d - (uintptr_t)s >= size)
		copy_forward(d, s, size);
	else
		while (size--)
			d[size] = s[size];
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	unsigned char *d = to;
	const alias_word pattern = (unsigned char)byte * UINT64_C(0x0101010101010101);

	if (both_aligned(d, d)) {
		for (; size >= sizeof(alias_word); size -= sizeof(alias_word)) {
			*(alias_word *)(void *)d = pattern;
			d += sizeof(alias_word);
		}
	}
	while (size--)
		*d++ = (unsigned char)byte;
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *p = a, *q = b;

	for (; size--; p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

void *memchr(const void *s, int byte, size_t size)
{
	const unsigned char *p = s;

	for (; size--; p++)
		if (*p == (unsigned char)byte)
			return (void *)(uintptr_t)p;
	return NULL;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

size_t strlen(const char *s)
{
	return strnlen(s, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t max)
{
	for (; max--; a++, b++) {
		if (*a != *b)
			return (unsigned char)*a - (unsigned char)*b;
		if (!*a)
			return 0;
	}
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++);
	return (char *)(uintptr_t)last;
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)(uintptr_t)s;
}
