/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "libsys/archive.h"

#include <ctype.h>
#include <string.h>

#include "libsys/boot.h"

/* A header: 6 digits of magic, 13 fields of 8 hexadecimal digits; then the name. */
enum {
	MAGIC = 6,
	FIELD = 8,
	FIELD_SIZE = 6,
	FIELD_NAME_SIZE = 11,
	HEADER = MAGIC + 13 * FIELD,
	ALIGNMENT = 4, /* of the name's end and the data's, in the archive */
};

static uint64_t align(uint64_t value)
{
	return (value + ALIGNMENT - 1) & ~(uint64_t)(ALIGNMENT - 1);
}

/* A field's number; one that is none ends the archive. */
static int read_field(const char *header, unsigned field, uint64_t *value_out)
{
	uint64_t value = 0;

	for (const char *c = header + MAGIC + field * FIELD, *end = c + FIELD; c < end; c++) {
		if (!isxdigit((unsigned char)*c))
			return 0;
		/* Letters have bit 6: every digit costs the same. */
		value = value << 4 | ((*c & 0xfu) + (*c >> 6 & 1u) * 9u);
	}
	*value_out = value;
	return 1;
}

int archive_next(uint64_t *at, struct archive_file *file_out)
{
	const char *archive = (const char *)boot_info()->archive, *header = archive + *at;
	uint64_t size = archive ? boot_info()->archive_size : 0, name_size, data;

	if (*at > size || size - *at < HEADER || memcmp(header, "070701", MAGIC) != 0 ||
		!read_field(header, FIELD_NAME_SIZE, &name_size) ||
		!read_field(header, FIELD_SIZE, &file_out->size))
		return 0;
	if (name_size == 0 || name_size > size - *at - HEADER)
		return 0;
	file_out->name = header + HEADER;
	data = align(*at + HEADER + name_size);
	if (file_out->name[name_size - 1] != '\0' || data > size ||
		file_out->size > size - data || strcmp(file_out->name, "TRAILER!!!") == 0)
		return 0;
	file_out->offset = data;
	file_out->data = archive + data;
	*at = align(data + file_out->size);
	return 1;
}

int archive_find(const char *name, struct archive_file *file_out)
{
	uint64_t at = 0;

	while (archive_next(&at, file_out))
		if (strcmp(file_out->name, name) == 0)
			return 1;
	return 0;
}
