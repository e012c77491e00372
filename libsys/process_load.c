/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A program's segments, out of the archive.
 *
 *	file in the archive   | ELF header | text ... | constants | data | names |
 *	                                     |          |           |
 *	pages of the VSpace   |  text  (the archive's own pages) |  |  clone  | zeros |
 *	                                                              data      bss
 *
 * A segment that is not written is mapped from the archive's VMO itself; what stands in its
 * first and last page beside it is the file's neighbourhood in the archive. A segment that is
 * written is mapped from a clone of its pages; where the file ends in the last of these the
 * rest is cleared, since bss begins there.
 *
 * A file that does not stand in the archive as it is to stand in memory, page by page, is
 * copied: archives of other tools do not align. Nothing of the file is believed before
 * check_segment() has looked at it.
 */
#include <string.h>

#include "libsys/boot.h"
#include "libsys/cap.h"
#include "libsys/slots.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"
#include "libsys/vspace.h"
#include "process_own.h"

enum { LOADABLE = 1, EXECUTABLE = 2, AARCH64 = 183 };
enum { MAY_EXECUTE = 1, MAY_WRITE = 2, MAY_READ = 4 };

struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, address, physical, file_size, size, align;
};

static uint64_t page_down(uint64_t value)
{
	return value & ~(uint64_t)(PAGE_SIZE - 1);
}

static uint64_t page_up(uint64_t value)
{
	return page_down(value + PAGE_SIZE - 1);
}

/* Copied out: a file of another archive may stand at any address. */
static int read_header(const struct archive_file *file, struct elf_header *header)
{
	static const uint8_t ident[] = {0x7f, 'E', 'L', 'F', 2, 1};

	if (file->size < sizeof(*header))
		return 0;
	memcpy(header, file->data, sizeof(*header));
	return memcmp(header->ident, ident, sizeof(ident)) == 0 && header->type == EXECUTABLE &&
		header->machine == AARCH64 && header->phentsize == sizeof(struct elf_segment) &&
		header->phoff <= file->size &&
		header->phnum <= (file->size - header->phoff) / sizeof(struct elf_segment);
}

/* In the file, in a program's part of the addresses, and on pages of its own. */
static int check_segment(
	const struct archive_file *file, const struct elf_segment *s, uaddr_t lowest)
{
	return s->offset <= file->size && s->file_size <= file->size - s->offset &&
		s->file_size <= s->size && s->size > 0 && s->size <= PROCESS_ARCHIVE_VA &&
		s->address <= PROCESS_ARCHIVE_VA - s->size && s->address >= PAGE_SIZE &&
		page_down(s->address) >= lowest &&
		(s->flags & (MAY_WRITE | MAY_EXECUTE)) != (MAY_WRITE | MAY_EXECUTE);
}

static unsigned map_flags(const struct elf_segment *s)
{
	return VSPACE_READ | (s->flags & MAY_WRITE ? VSPACE_WRITE : 0u) |
		(s->flags & MAY_EXECUTE ? VSPACE_EXECUTE : 0u);
}

/* Do its pages stand in the archive as they are to stand in memory? */
static int is_in_pages(const struct archive_file *file, const struct elf_segment *s)
{
	return (file->offset + s->offset - s->address) % PAGE_SIZE == 0;
}

static status_t clear_rest(cptr_t vmo, uint64_t offset)
{
	static const char zeros[PAGE_SIZE];

	if (offset % PAGE_SIZE == 0)
		return ST_OK;
	return vmo_write(vmo, zeros, offset, page_up(offset) - offset);
}

/* Pages of the process's own: a clone of the archive's, or a copy. */
static status_t make_pages(struct process *process, const struct archive_file *file,
	const struct elf_segment *s, struct process_mapping *mapping)
{
	uint64_t lead = s->address - mapping->address, at = file->offset + s->offset;
	status_t st;

	if (is_in_pages(file, s)) {
		st = vmo_clone(ROOT_SLOT_ARCHIVE, VMO_CHILD_CLONE, at - lead, mapping->size,
			process->pool, &mapping->vmo);
	} else {
		st = vmo_create(process->pool, mapping->size, 0, &mapping->vmo);
		if (st == ST_OK)
			st = vmo_write(mapping->vmo, (const char *)file->data + s->offset, lead,
				s->file_size);
	}
	if (st == ST_OK && s->size > s->file_size)
		st = clear_rest(mapping->vmo, lead + s->file_size);
	return st;
}

/* The pages that the file says something of. */
static status_t map_file(
	struct process *process, const struct archive_file *file, const struct elf_segment *s)
{
	struct process_mapping mapping = {
		.address = page_down(s->address),
		.flags = map_flags(s),
	};
	status_t st;

	mapping.size = page_up(s->address + s->file_size) - mapping.address;
	if (is_in_pages(file, s) && !(s->flags & MAY_WRITE) && s->size == s->file_size) {
		mapping.vmo = ROOT_SLOT_ARCHIVE;
		mapping.is_shared = 1;
		mapping.offset = page_down(file->offset + s->offset);
	} else {
		st = make_pages(process, file, s, &mapping);
		if (st != ST_OK) {
			if (mapping.vmo)
				(void)object_delete(mapping.vmo);
			return st;
		}
	}
	return process_map(process, &mapping);
}

static status_t map_segment(
	struct process *process, const struct archive_file *file, const struct elf_segment *s)
{
	uaddr_t end = page_up(s->address + s->size);
	uaddr_t zeros =
		s->file_size ? page_up(s->address + s->file_size) : page_down(s->address);
	status_t st = s->file_size ? map_file(process, file, s) : ST_OK;

	if (st == ST_OK && zeros < end)
		st = process_zeros(process, zeros, end - zeros);
	return st;
}

status_t process_load(
	struct process *process, const struct archive_file *file, uaddr_t *entry_out)
{
	struct elf_header header;
	uaddr_t lowest = 0;

	if (!read_header(file, &header))
		return ST_INVALID_ARGS;
	for (unsigned i = 0; i < header.phnum; i++) {
		const char *at = (const char *)file->data + header.phoff;
		struct elf_segment segment;
		status_t st;

		memcpy(&segment, at + i * sizeof(segment), sizeof(segment));
		if (segment.type != LOADABLE || segment.size == 0)
			continue;
		if (!check_segment(file, &segment, lowest))
			return ST_INVALID_ARGS;
		st = map_segment(process, file, &segment);
		if (st != ST_OK)
			return st;
		lowest = page_up(segment.address + segment.size);
	}
	*entry_out = header.entry;
	return lowest ? ST_OK : ST_INVALID_ARGS;
}
