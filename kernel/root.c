/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the first program finds when it starts:
 *
 *	its segments	where it was linked, text read-only and executable, data writable
 *	ARCHIVE_VA	the initial archive, read-only
 *	TREE_VA		the device tree, read-only
 *	BOOTINFO_VA	struct bootinfo, read-only; x0 points here
 *	IPC_BUFFER_VA	its IPC buffer
 *	STACK_TOP	its stack, STACK_SIZE bytes below this, nothing mapped below them
 */
#include "root.h"

#include "lib/cpio.h"
#include "lib/elf.h"
#include "lib/string.h"

#include "arch/counter.h"
#include "arch/page.h"
#include "arch/print.h"

#include "object/irq.h"
#include "object/sched.h"
#include "object/vspace.h"

#include "boot_caps.h"

#define ARCHIVE_VA    UINT64_C(0x7f0000000000)
#define TREE_VA	      UINT64_C(0x7ffe00000000)
#define BOOTINFO_VA   UINT64_C(0x7fff00000000)
#define IPC_BUFFER_VA UINT64_C(0x7fff00010000)
#define STACK_TOP     UINT64_C(0x7ffffffff000)
#define STACK_SIZE    (UINT64_C(64) << 10)

static const char root_name[] = "init";

_Static_assert(sizeof(struct bootinfo) <= PAGE_SIZE, "it is handed over as one page");

/* What the program's memory is made of and mapped in. */
struct space {
	struct vspace_object *vspace;
	struct slot *pool;
};

static struct vmo_object *make_vmo(struct space *space, const struct vmo_request *request)
{
	struct pool_object *pool = pool_of(&space->pool->cap);
	struct vmo_object *vmo;
	status_t st;

	do
		st = vmo_make(pool, request, &vmo);
	while (st == ST_NO_MEMORY && pool_feed(pool));
	if (st != ST_OK)
		panic("out of memory while loading %s", root_name);
	return vmo;
}

static struct vmo_object *make_zeros(struct space *space, uint64_t size)
{
	return make_vmo(
		space, &(struct vmo_request){.kind = MAKE_PAGED, .pages = size >> PAGE_BITS});
}

/* Where the kernel can write a page of a VMO. */
static void *own_page(struct vmo_object *vmo, uint64_t page)
{
	paddr_t pa;
	status_t st;

	do
		st = vmo_own(&vmo->core, page, &pa);
	while (st == ST_NO_MEMORY && vmo_feed(vmo));
	if (st != ST_OK)
		panic("out of memory while loading %s", root_name);
	return pa_to_va(pa);
}

/* All of a VMO; the Mapping is derived from `parent`. */
static void map(struct space *space, struct vmo_object *vmo, struct slot *parent, uaddr_t va,
	unsigned rights)
{
	struct map_order order = {
		.request = {va >> PAGE_BITS, vmo->core.pages, 0, rights},
		.vmo = vmo,
		.parent = parent,
		.rights_max = rights,
	};
	status_t st;

	do
		st = vspace_add(space->vspace, &order);
	while (st == ST_NO_MEMORY && pool_feed(space->vspace->pool));
	if (st != ST_OK)
		panic("out of memory while loading %s", root_name);
}

static unsigned map_rights(unsigned elf)
{
	return (elf & ELF_READ ? MAP_READ : 0) | (elf & ELF_WRITE ? MAP_WRITE : 0) |
		(elf & ELF_EXECUTE ? MAP_EXECUTE : 0);
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

/* A VMO for each segment: pages that the file says nothing of come when they are needed. */
static void load_segment(struct space *space, const struct elf_segment *segment)
{
	uaddr_t start = align_down(segment->va, PAGE_SIZE);
	uaddr_t end = align_up(segment->va + segment->memory_size, PAGE_SIZE);
	uaddr_t data_end = segment->va + segment->data_size;
	struct vmo_object *vmo = make_zeros(space, end - start);

	for (uaddr_t va = start; va < data_end; va += PAGE_SIZE)
		fill_page(segment, va, own_page(vmo, (va - start) >> PAGE_BITS));
	map(space, vmo, space->pool, start, map_rights(segment->rights));
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
		if (segment.memory_size)
			load_segment(space, &segment);
	return elf.entry;
}

static void map_stack(struct space *space, struct bootinfo *info)
{
	map(space, make_zeros(space, STACK_SIZE), space->pool, STACK_TOP - STACK_SIZE,
		MAP_READ | MAP_WRITE);
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
	uint64_t size = align_up(archive.size, PAGE_SIZE);
	struct vmo_object *vmo;

	frames_ready(archive.base, size); /* no Pool's, but what they say of code is asked */
	vmo = make_vmo(space,
		&(struct vmo_request){
			.kind = MAKE_DEVICE,
			.pages = size >> PAGE_BITS,
			.pa = archive.base,
			.memory = PTE_NORMAL,
		});

	map(space, vmo, boot_archive(vmo), ARCHIVE_VA, MAP_READ);
	info->archive = ARCHIVE_VA;
	info->archive_size = archive.size;
}

/* A copy, without the room that loaders leave behind it, and without the kernel's secret. */
static void map_tree(
	struct space *space, const struct root_memory *memory, struct bootinfo *info)
{
	const void *tree = memory->tree;
	uint64_t size = fdt_used_size(tree);
	struct vmo_object *vmo = make_zeros(space, align_up(size, PAGE_SIZE));

	for (uint64_t at = 0; at < size; at += PAGE_SIZE)
		memcpy(own_page(vmo, at >> PAGE_BITS), (const char *)tree + at,
			min_u64(size - at, PAGE_SIZE));
	fdt_set_size(own_page(vmo, 0), size);
	for (uint64_t at = memory->seed_at; at < memory->seed_at + sizeof(memory->seed); at++)
		if (memory->seed != 0)
			((char *)own_page(vmo, at >> PAGE_BITS))[at % PAGE_SIZE] = 0;
	map(space, vmo, boot_tree(vmo), TREE_VA, MAP_READ);
	info->device_tree = TREE_VA;
	info->device_tree_size = size;
}

static void map_ipc_buffer(struct space *space, struct bootinfo *info)
{
	map(space, make_zeros(space, PAGE_SIZE), space->pool, IPC_BUFFER_VA,
		MAP_READ | MAP_WRITE);
	info->ipc_buffer = IPC_BUFFER_VA;
}

static struct bootinfo *map_bootinfo(struct space *space)
{
	struct vmo_object *vmo = make_zeros(space, PAGE_SIZE);

	map(space, vmo, space->pool, BOOTINFO_VA, MAP_READ);
	return own_page(vmo, 0);
}

static noreturn void start(struct thread *thread, uaddr_t entry)
{
	context_init(&thread->context, entry, STACK_TOP);
	thread->context.x[0] = BOOTINFO_VA;
	thread->ipc_buffer = IPC_BUFFER_VA;
	memcpy(thread->name, root_name, sizeof(root_name));
	sched_start(thread);
}

static struct range find_archive(const struct root_memory *memory, struct cpio_file *file)
{
	struct range archive = memory->archive;

	if (archive.size == 0)
		panic("no initial archive: give the loader one (QEMU: -initrd)");
	archive = own_pages(memory->free, archive);
	if (!cpio_find(pa_to_va(archive.base), archive.size, root_name, file))
		panic("no %s in the initial archive (cpio newc, see tools/mkarchive)",
			root_name);
	return archive;
}

void root_start(const struct root_memory *memory, struct bootinfo *info)
{
	struct cpio_file file;
	struct range archive = find_archive(memory, &file);
	struct thread *thread = boot_objects(memory->free);
	struct space space = {.pool = boot_pool(memory->free, memory->seed)};
	struct bootinfo *page;
	uaddr_t entry;

	vm_begin(UINT64_MAX);
	space.vspace = boot_space(thread);
	entry = load_program(&space, &file);
	map_stack(&space, info);
	map_archive(&space, archive, info);
	map_tree(&space, memory, info);
	map_ipc_buffer(&space, info);
	page = map_bootinfo(&space);
	info->irq_lines = irq_lines_end();
	boot_untypeds(memory->free, memory->devices, info);
	memcpy(page, info, sizeof(*info));
	page->instructions = counter_instructions();
	start(thread, entry);
}
