/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* peek ADDRESS: read a byte of its own memory; one that is not its own shows how it is stopped. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	const char *text = argv[argc > 1];
	unsigned long long address;
	char *end;

	if (argc != 2) {
		puts("  peek ADDRESS");
		return 1;
	}
	errno = 0;
	address = strtoull(text, &end, 0);
	if (*text < '0' || *text > '9' || *end || errno) {
		printf("  %s is not a number from 0 to 0xffffffffffffffff\n", text);
		return 1;
	}
	printf("  0x%02x\n", *(volatile unsigned char *)address);
	return 0;
}
