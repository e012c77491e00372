/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A template and its copies, as a program for Zircon would do it: one VMO holds a page that
 * all start from; each worker gets a clone, changes what it likes, throws the changes away,
 * and is gone when the template's ZX_VMO_ZERO_CHILDREN says so. Nothing here is Quire's own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zircon/process.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>

#define SIZE (4 * ZX_PAGE_SIZE)

/* Whatever fails ends the program, with the call's name. */
static void must(zx_status_t status, const char *what)
{
	if (status == ZX_OK)
		return;
	printf("%s: %s\n", what, zx_status_get_string(status));
	exit(1);
}

static void show(const char *whose, zx_handle_t vmo)
{
	char text[32] = "";
	zx_info_vmo_t info;

	must(zx_vmo_read(vmo, text, 0, sizeof(text) - 1), "zx_vmo_read");
	must(zx_object_get_info(vmo, ZX_INFO_VMO, &info, sizeof(info), NULL, NULL),
		"zx_object_get_info");
	printf("%-8s \"%s\", %zu bytes of its own, %zu children\n", whose, text,
		(size_t)info.committed_bytes, info.num_children);
}

static void put(zx_handle_t vmo, const char *text)
{
	must(zx_vmo_write(vmo, text, 0, strlen(text) + 1), "zx_vmo_write");
}

int main(void)
{
	zx_handle_t template, clone;
	zx_signals_t signals = 0;
	zx_vaddr_t at = 0;

	must(zx_vmo_create(SIZE, 0, &template), "zx_vmo_create");
	must(zx_object_set_property(template, ZX_PROP_NAME, "template", 8),
		"zx_object_set_property");
	put(template, "as the template has it");
	must(zx_vmo_clone(template, ZX_VMO_CLONE_COPY_ON_WRITE, 0, SIZE, &clone),
		"zx_vmo_clone");
	show("template", template);
	show("clone", clone);

	/* Until it is written the clone shows what the template shows, also later. */
	put(template, "as it is changed");
	show("clone", clone);

	/* The first write, through a mapping, gives it a page of its own. */
	must(zx_vmar_map(zx_vmar_root_self(), ZX_VM_PERM_READ | ZX_VM_PERM_WRITE, 0, clone, 0,
		     SIZE, &at),
		"zx_vmar_map");
	strcpy((char *)at, "as the clone wants it");
	show("template", template);
	show("clone", clone);

	/* Without that page the template shows through again. */
	must(zx_vmo_op_range(clone, ZX_VMO_OP_DECOMMIT, 0, SIZE, NULL, 0), "zx_vmo_op_range");
	printf("mapped   \"%s\"\n", (const char *)at);

	/* The handle alone does not end it: the mapping is one of the clone's users. */
	must(zx_handle_close(clone), "zx_handle_close");
	if (zx_object_wait_one(template, ZX_VMO_ZERO_CHILDREN, zx_deadline_after(ZX_MSEC(1)),
		    &signals) != ZX_ERR_TIMED_OUT)
		return 1;
	must(zx_vmar_unmap(zx_vmar_root_self(), at, SIZE), "zx_vmar_unmap");
	must(zx_object_wait_one(template, ZX_VMO_ZERO_CHILDREN, ZX_TIME_INFINITE, &signals),
		"zx_object_wait_one");
	show("template", template);
	must(zx_handle_close(template), "zx_handle_close");
	printf("all as the page of zx_vmo_clone says\n");
	return 0;
}
