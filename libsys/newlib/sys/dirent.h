/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Directories: what <dirent.h> of newlib leaves to the system.
 */
#pragma once

#include <sys/types.h>

#define DT_UNKNOWN 0
#define DT_CHR	   2
#define DT_DIR	   4
#define DT_REG	   8

/* What no file here is, and programs may ask for. */
#define DT_FIFO 1
#define DT_BLK	6
#define DT_LNK	10
#define DT_SOCK 12

#define MAXNAMLEN 255

struct dirent {
	ino_t d_ino;
	unsigned char d_type; /* DT_ */
	char d_name[MAXNAMLEN + 1];
};

typedef struct directory DIR;
