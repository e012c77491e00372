/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include <string.h>

#include "handle.h"
#include "libsys/vmo.h"

_Static_assert(VMO_NAME_MAX == ZX_MAX_NAME_LEN, "a name fits in a name");
#include "region.h"

/* Where an answer goes: one record, and how many there are. */
struct answer {
	void *buffer;
	size_t size;
	size_t *actual, *avail;
};

static zx_status_t count_out(size_t *out, size_t count)
{
	if (!out)
		return ZX_OK;
	if (!zircon_can_write(out, sizeof(*out)))
		return ZX_ERR_INVALID_ARGS;
	*out = count;
	return ZX_OK;
}

static zx_status_t answer_one(const struct answer *answer, const void *record, size_t size)
{
	bool fits = answer->size >= size;
	zx_status_t st;

	if (fits && !zircon_can_write(answer->buffer, size))
		return ZX_ERR_INVALID_ARGS;
	if (fits)
		memcpy(answer->buffer, record, size);
	st = count_out(answer->actual, fits);
	if (st == ZX_OK)
		st = count_out(answer->avail, 1);
	return st == ZX_OK && !fits ? ZX_ERR_BUFFER_TOO_SMALL : st;
}

static zx_status_t info_basic(struct handle *handle, const struct answer *answer)
{
	zx_info_handle_basic_t record = {
		.koid = zircon_handle_koid(handle),
		.rights = handle->rights,
		.type = handle->type,
		.props = handle->type == ZX_OBJ_TYPE_VMO ? ZX_OBJ_PROP_WAITABLE :
							   ZX_OBJ_PROP_NONE,
	};

	return answer_one(answer, &record, sizeof(record));
}

static uint32_t vmo_flags(uint32_t flags)
{
	const uint32_t child = VMO_FLAG_CHILD | VMO_FLAG_SLICE;

	return ZX_INFO_VMO_VIA_HANDLE |
		(flags & VMO_FLAG_PHYSICAL ? ZX_INFO_VMO_TYPE_PHYSICAL :
					     ZX_INFO_VMO_TYPE_PAGED) |
		((flags & child) == VMO_FLAG_CHILD ? ZX_INFO_VMO_IS_COW_CLONE : 0);
}

static zx_status_t info_vmo(const struct handle *handle, const struct answer *answer)
{
	struct vmo_info info;
	zx_info_vmo_t record = {.handle_rights = handle->rights};
	status_t st = vmo_info(handle->cap, &info);

	if (st != ST_OK)
		return st;
	record.koid = info.id;
	memcpy(record.name, info.name, sizeof(record.name)); /* with its NUL */
	record.size_bytes = info.size;
	record.parent_koid = info.parent;
	record.num_children = info.children;
	record.num_mappings = info.mappings;
	record.share_count = info.mappings != 0;
	record.flags = vmo_flags(info.flags);
	record.committed_bytes = (info.pages + info.pages_shared) * PAGE_SIZE;
	record.create_options = (info.flags & VMO_FLAG_RESIZABLE ? 1 : 0) |
		(info.flags & VMO_FLAG_CONTIGUOUS ? 2 : 0);
	record.cache_policy = info.cache;
	return answer_one(answer, &record, sizeof(record));
}

static zx_status_t info_vmar(const struct handle *handle, const struct answer *answer)
{
	zx_info_vmar_t record;

	zircon_region_info(handle->region, &record);
	return answer_one(answer, &record, sizeof(record));
}

/* The type and rights that a topic asks for. ZX_ERR_NOT_SUPPORTED */
static zx_status_t topic_needs(uint32_t topic, zx_obj_type_t *type_out, zx_rights_t *rights_out)
{
	*rights_out = 0;
	switch (topic) {
	case ZX_INFO_HANDLE_VALID:
	case ZX_INFO_HANDLE_BASIC:
		*type_out = ZX_OBJ_TYPE_NONE;
		return ZX_OK;
	case ZX_INFO_VMO:
		*type_out = ZX_OBJ_TYPE_VMO;
		return ZX_OK;
	case ZX_INFO_VMAR:
		*type_out = ZX_OBJ_TYPE_VMAR;
		*rights_out = ZX_RIGHT_INSPECT;
		return ZX_OK;
	default:
		return ZX_ERR_NOT_SUPPORTED;
	}
}

zx_status_t zx_object_get_info(zx_handle_t value, uint32_t topic, void *buffer,
	size_t buffer_size, size_t *actual, size_t *avail)
{
	const struct answer answer = {buffer, buffer_size, actual, avail};
	struct handle *handle;
	zx_obj_type_t type;
	zx_rights_t rights;
	zx_status_t st = topic_needs(topic, &type, &rights);

	if (st == ZX_OK)
		st = zircon_handle_get(value, type, rights, &handle);
	if (st != ZX_OK)
		return st;
	if (topic == ZX_INFO_HANDLE_BASIC)
		st = info_basic(handle, &answer);
	else if (topic == ZX_INFO_VMO)
		st = info_vmo(handle, &answer);
	else if (topic == ZX_INFO_VMAR)
		st = info_vmar(handle, &answer);
	zircon_handle_put(handle);
	return st;
}

/* VMOs have names; other objects' are empty. */
static zx_status_t get_name(const struct handle *handle, char *name)
{
	struct vmo_info info = {0};
	status_t st = handle->type == ZX_OBJ_TYPE_VMO ? vmo_info(handle->cap, &info) : ST_OK;

	if (st == ST_OK)
		memcpy(name, info.name, ZX_MAX_NAME_LEN);
	return st;
}

zx_status_t zx_object_get_property(
	zx_handle_t value, uint32_t property, void *to, size_t to_size)
{
	struct handle *handle;
	zx_status_t st;

	if (!to)
		return ZX_ERR_INVALID_ARGS;
	st = zircon_handle_get(value, ZX_OBJ_TYPE_NONE, ZX_RIGHT_GET_PROPERTY, &handle);
	if (st != ZX_OK)
		return st;
	if (property != ZX_PROP_NAME)
		st = ZX_ERR_INVALID_ARGS;
	else if (to_size < ZX_MAX_NAME_LEN)
		st = ZX_ERR_BUFFER_TOO_SMALL;
	else if (!zircon_can_write(to, ZX_MAX_NAME_LEN))
		st = ZX_ERR_INVALID_ARGS;
	else
		st = get_name(handle, to);
	zircon_handle_put(handle);
	return st;
}

zx_status_t zx_object_set_property(
	zx_handle_t value, uint32_t property, const void *from, size_t from_size)
{
	size_t size = from_size < ZX_MAX_NAME_LEN ? from_size : ZX_MAX_NAME_LEN - 1;
	struct handle *handle;
	zx_status_t st;

	if (!from)
		return ZX_ERR_INVALID_ARGS;
	st = zircon_handle_get(value, ZX_OBJ_TYPE_NONE, ZX_RIGHT_SET_PROPERTY, &handle);
	if (st != ZX_OK)
		return st;
	if (property != ZX_PROP_NAME)
		st = ZX_ERR_INVALID_ARGS;
	else if (handle->type != ZX_OBJ_TYPE_VMO)
		st = ZX_ERR_NOT_SUPPORTED;
	else
		st = (zx_status_t)sys_vmo_set_name(handle->cap, (uaddr_t)from, size);
	zircon_handle_put(handle);
	return st;
}
