/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* The tests of one program, run as the first program; the boot argument only=NAME chooses. */
#include <stdio.h>

#include "libsys/boot.h"
#include "test.h"

enum { NAME_MAX_SIZE = 64 };

int main(void)
{
	char only[NAME_MAX_SIZE] = "";
	const char *value;

	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	if (boot_argument("only", &value)) {
		size_t length = strcspn(value, " ");

		if (length >= sizeof(only))
			length = sizeof(only) - 1;
		memcpy(only, value, length);
	}
	return test_run(only);
}
