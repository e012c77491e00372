/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "lib/cpio.h"

#include "lib/string.h"

/* A header is 6 digits of magic and 13 numbers of 8 hexadecimal digits; then the name. */
enum {
	MAGIC_SIZE = 6,
	FIELD_SIZE = 8,
	FIELD_FILE_SIZE = 6,
	FIELD_NAME_SIZE = 11,
	HEADER_SIZE = MAGIC_SIZE + 13 * FIELD_SIZE,
	ALIGNMENT = 4, /* of the name's end and of the data's */
};

static const char end_name[] = "TRAILER!!!";

static bool read_hex(const uint8_t *digits, uint64_t *value_out)
{
	uint64_t value = 0;

	for (int i = 0; i < FIELD_SIZE; i++) {
		uint8_t c = digits[i];

		if (!(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'f'))
			return false;
		value = value << 4 | ((c & 0xf) + (c >> 6) * 9u);
	}
	*value_out = value;
	return true;
}

static bool read_field(const uint8_t *header, size_t field, uint64_t *value_out)
{
	return read_hex(header + MAGIC_SIZE + field * FIELD_SIZE, value_out);
}

bool cpio_next(const void *archive, uint64_t size, uint64_t *at, struct cpio_file *file_out)
{
	const uint8_t *header;
	uint64_t name_size, data_at;

	if (*at > size || size - *at < HEADER_SIZE)
		return false;
	header = (const uint8_t *)archive + *at;
	if (memcmp(header, "070701", MAGIC_SIZE) != 0)
		return false;
	if (!read_field(header, FIELD_NAME_SIZE, &name_size) ||
		!read_field(header, FIELD_FILE_SIZE, &file_out->size))
		return false;
	if (name_size == 0 || name_size > size - *at - HEADER_SIZE)
		return false;
	file_out->name = (const char *)header + HEADER_SIZE;
	if (file_out->name[name_size - 1] != '\0' || strcmp(file_out->name, end_name) == 0)
		return false;
	data_at = align_up(*at + HEADER_SIZE + name_size, ALIGNMENT);
	if (data_at > size || file_out->size > size - data_at)
		return false;
	file_out->data = (const uint8_t *)archive + data_at;
	*at = align_up(data_at + file_out->size, ALIGNMENT);
	return true;
}

bool cpio_find(const void *archive, uint64_t size, const char *name, struct cpio_file *file_out)
{
	uint64_t at = 0;

	while (cpio_next(archive, size, &at, file_out))
		if (strcmp(file_out->name, name) == 0)
			return true;
	return false;
}
