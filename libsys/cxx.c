/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What C++ needs beside its library: where the unwinder of Debian's libgcc finds how to unwind.
 * It asks in glibc's way; a program is one static piece with one table.
 */
#include <stdint.h>

/* From the program's linker script. */
extern const char _eh_frame_hdr[], _text_start[], _text_end[];

struct dl_find_object {
	unsigned long long flags;
	const void *start, *end;
	void *link_map;
	const void *eh_frame;
	unsigned long long reserved[7];
};

int _dl_find_object(void *pc, struct dl_find_object *result);

/* Names this program to what is done at its end: __cxa_atexit. */
void *__dso_handle = &__dso_handle;

int _dl_find_object(void *pc, struct dl_find_object *result)
{
	if ((const char *)pc < _text_start || (const char *)pc >= _text_end)
		return -1;
	*result = (struct dl_find_object){
		.start = _text_start, .end = _text_end, .eh_frame = _eh_frame_hdr};
	return 0;
}
