/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the first program finds when it starts:
 *
 *	its segments	where it was linked, text read-only and executable, data writable
 *	ARCHIVE_VA	the initial archive, read-only
 *	BOOTINFO_VA	struct bootinfo, read-only; x0 points here
 *	IPC_BUFFER_VA	its IPC buffer
 *	STACK_TOP	its stack, STACK_SIZE bytes below this, nothing mapped below them
 */
#include "root.h"

#include "lib/cpio.h"
#include "lib/elf.h"
#include "lib/string.h"

#include "arch/page.h"
#include "arch/print.h"
#include "arch/usermap.h"

#include "object/irq.h"
#include "object/sched.h"

#include "boot_caps.h"

#define ARCHIVE_VA    UINT64_C(0x7f0000000000)
#define BOOTINFO_VA   UINT64_C(0x7fff00000000)
#define IPC_BUFFER_VA UINT64_C(0x7fff00010000)
#define STACK_TOP     UINT64_C(0x7ffffffff000)
#define STACK_SIZE    (UINT64_C(64) << 10)

enum { ROOT_ASID = 1 };

static const char root_name[] = "init";

_Static_assert(sizeof(struct bootinfo) <= PAGE_SIZE, "it is handed over as one page");

/* The space being built: its root table and where its memory comes from. */
struct space {
	paddr_t root;
	struct bootmem *memory;
};

static paddr_t take_page(struct space *space)
{
	paddr_t pa;

	/* What a VSpace's capability can name: its root table is one of these pages. */
	if (!bootmem_alloc_below(space->memory, 1, SLOT_PA_END, &pa))
		panic("out of memory while loading %s", root_name);
	page_zero(pa_to_va(pa));
	return pa;
}

static void map_page(struct space *space, uaddr_t va, paddr_t pa, unsigned rights)
{
	while (!user_map(space->root, va, pa, rights))
		user_add_table(space->root, va, take_page(space));
}

static unsigned user_rights(unsigned elf)
{
	return (elf & ELF_READ ? USER_READ : 0) | (elf & ELF_WRITE ? USER_WRITE : 0) |
		(elf & ELF_EXECUTE ? USER_EXECUTE : 0);
}

/* Copy what the file has of the page at `va`; the rest of the page stays zero. */
static void fill_page(const struct elf_segment *segment, uaddr_t va, uint8_t *page)
{
	uint64_t data_end = segment->va + segment->data_size;
	uint64_t from = max_u64(va, segment->va);
	uint64_t to = min_u64(va + PAGE_SIZE, data_end);

	if (from < to)
		memcpy(page + (from - va), segment->data + (from - segment->va), to - from);
}

static void load_segment(struct space *space, const struct elf_segment *segment)
{
	uaddr_t end = segment->va + segment->memory_size;

	for (uaddr_t va = align_down(segment->va, PAGE_SIZE); va < end; va += PAGE_SIZE) {
		paddr_t pa = take_page(space);

		fill_page(segment, va, pa_to_va(pa));
		if (segment->rights & ELF_EXECUTE)
			user_make_executable(pa_to_va(pa));
		map_page(space, va, pa, user_rights(segment->rights));
	}
}

static uaddr_t load_program(struct space *space, const struct cpio_file *file)
{
	struct elf elf;
	struct elf_segment segment;
	uint32_t index = 0;
	const char *wrong = elf_open(file->data, file->size, ARCHIVE_VA, &elf);

	if (wrong)
		panic("cannot load %s: %s", root_name, wrong);
	while (elf_segment(&elf, &index, &segment))
		load_segment(space, &segment);
	return elf.entry;
}

static void map_stack(struct space *space, struct bootinfo *info)
{
	for (uaddr_t va = STACK_TOP - STACK_SIZE; va < STACK_TOP; va += PAGE_SIZE)
		map_page(space, va, take_page(space), USER_READ | USER_WRITE);
	info->stack_top = STACK_TOP;
	info->stack_size = STACK_SIZE;
}

/*
 * Whole pages that hold the archive and nothing else, since the program will see them: where
 * a loader put it at an odd place or its last page has a rest, it moves to pages of its own.
 */
static struct range own_pages(struct bootmem *memory, struct range archive)
{
	uint64_t pages = align_up(archive.size, PAGE_SIZE) / PAGE_SIZE;
	paddr_t pa;

	if (is_aligned(archive.base | archive.size, PAGE_SIZE))
		return archive;
	if (!bootmem_alloc(memory, pages, &pa))
		panic("out of memory while moving the archive to a page boundary");
	page_zero(pa_to_va(pa + (pages - 1) * PAGE_SIZE));
	memcpy(pa_to_va(pa), pa_to_va(archive.base), archive.size);
	return (struct range){pa, archive.size};
}

static void map_archive(struct space *space, struct range archive, struct bootinfo *info)
{
	for (uint64_t at = 0; at < archive.size; at += PAGE_SIZE)
		map_page(space, ARCHIVE_VA + at, archive.base + at, USER_READ);
	info->archive = ARCHIVE_VA;
	info->archive_size = archive.size;
}

static void map_ipc_buffer(struct space *space, struct bootinfo *info)
{
	map_page(space, IPC_BUFFER_VA, take_page(space), USER_READ | USER_WRITE);
	info->ipc_buffer = IPC_BUFFER_VA;
}

static struct bootinfo *map_bootinfo(struct space *space)
{
	paddr_t pa = take_page(space);

	map_page(space, BOOTINFO_VA, pa, USER_READ);
	return pa_to_va(pa);
}

static noreturn void start(struct thread *thread, uaddr_t entry)
{
	context_init(&thread->context, entry, STACK_TOP);
	thread->context.x[0] = BOOTINFO_VA;
	thread->ipc_buffer = IPC_BUFFER_VA;
	memcpy(thread->name, root_name, sizeof(root_name));
	sched_start(thread);
}

void root_start(const struct root_memory *memory, struct bootinfo *info)
{
	struct space space = {.memory = memory->free};
	struct range archive = memory->archive;
	struct cpio_file file;
	struct bootinfo *page;
	struct thread *thread;
	uaddr_t entry;

	if (archive.size == 0)
		panic("no initial archive: give the loader one (QEMU: -initrd)");
	archive = own_pages(space.memory, archive);
	if (!cpio_find(pa_to_va(archive.base), archive.size, root_name, &file))
		panic("no %s in the initial archive (cpio newc, see tools/mkarchive)",
			root_name);
	space.root = take_page(&space);
	entry = load_program(&space, &file);
	map_stack(&space, info);
	map_archive(&space, archive, info);
	map_ipc_buffer(&space, info);
	page = map_bootinfo(&space);
	thread = boot_objects(space.memory, space.root, ROOT_ASID);
	info->irq_lines = irq_lines_end();
	boot_untypeds(memory->free, memory->devices, info);
	memcpy(page, info, sizeof(*info));
	start(thread, entry);
}
