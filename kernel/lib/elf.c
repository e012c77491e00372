/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "lib/elf.h"

#include "lib/string.h"

struct elf_header {
	uint8_t ident[16];
	uint16_t type;
	uint16_t machine;
	uint32_t version;
	uint64_t entry;
	uint64_t phoff;
	uint64_t shoff;
	uint32_t flags;
	uint16_t ehsize;
	uint16_t phentsize;
	uint16_t phnum;
	uint16_t shentsize;
	uint16_t shnum;
	uint16_t shstrndx;
};

struct program_header {
	uint32_t type;
	uint32_t flags;
	uint64_t offset;
	uint64_t vaddr;
	uint64_t paddr;
	uint64_t filesz;
	uint64_t memsz;
	uint64_t align;
};

enum { PT_LOAD = 1, ET_EXEC = 2, EM_AARCH64 = 183 };

/* Copied out: a file in an archive may stand at any address. */
static struct program_header read_header(const struct elf *elf, uint32_t index)
{
	struct program_header header;

	memcpy(&header, elf->file + elf->headers + index * sizeof(header), sizeof(header));
	return header;
}

static const char *check_ident(const struct elf_header *header)
{
	if (memcmp(header->ident, "\177ELF", 4) != 0)
		return "not an ELF file";
	if (header->ident[4] != 2 || header->ident[5] != 1)
		return "not 64-bit little-endian";
	if (header->machine != EM_AARCH64)
		return "not for AArch64";
	if (header->type != ET_EXEC)
		return "not statically linked (link with -static and without -pie)";
	if (header->phentsize != sizeof(struct program_header))
		return "program headers of an unknown size";
	return NULL;
}

static const char *check_segment(
	const struct elf *elf, const struct program_header *h, uint64_t limit, uint64_t *end)
{
	if (h->offset > elf->size || h->filesz > elf->size - h->offset)
		return "cut short: a segment reaches beyond the end of the file";
	if ((h->flags & (ELF_WRITE | ELF_EXECUTE)) == (ELF_WRITE | ELF_EXECUTE))
		return "a segment is both writable and executable";
	if (h->filesz > h->memsz)
		return "a segment is larger in the file than in memory";
	if (h->memsz == 0 || h->memsz > limit || h->vaddr > limit - h->memsz ||
		h->vaddr < PAGE_SIZE) /* nothing may claim the page at null */
		return "a segment lies outside of a program's addresses";
	if (align_down(h->vaddr, PAGE_SIZE) < *end)
		return "segments share a page or are out of order "
		       "(link with -z max-page-size=4096)";
	*end = align_up(h->vaddr + h->memsz, PAGE_SIZE);
	return NULL;
}

const char *elf_open(const void *file, uint64_t size, uint64_t limit, struct elf *elf_out)
{
	struct elf_header header;
	const char *wrong;
	uint64_t end = 0;
	uint32_t loads = 0;

	ASSERT(is_aligned(limit, PAGE_SIZE));
	if (size < sizeof(header))
		return "not an ELF file: too short";
	memcpy(&header, file, sizeof(header));
	wrong = check_ident(&header);
	if (wrong)
		return wrong;
	*elf_out = (struct elf){file, size, header.entry, header.phoff, header.phnum};
	if (header.phoff > size ||
		header.phnum > (size - header.phoff) / sizeof(struct program_header))
		return "cut short: the program headers reach beyond the end of the file";
	for (uint32_t i = 0; i < elf_out->header_count; i++) {
		struct program_header h = read_header(elf_out, i);

		if (h.type != PT_LOAD)
			continue;
		wrong = check_segment(elf_out, &h, limit, &end);
		if (wrong)
			return wrong;
		loads++;
	}
	return loads ? NULL : "nothing in it to load";
}

bool elf_segment(const struct elf *elf, uint32_t *index, struct elf_segment *segment_out)
{
	while (*index < elf->header_count) {
		struct program_header h = read_header(elf, (*index)++);

		if (h.type != PT_LOAD)
			continue;
		*segment_out = (struct elf_segment){
			.va = h.vaddr,
			.memory_size = h.memsz,
			.data = elf->file + h.offset,
			.data_size = h.filesz,
			.rights = h.flags & (ELF_EXECUTE | ELF_WRITE | ELF_READ),
		};
		return true;
	}
	return false;
}
