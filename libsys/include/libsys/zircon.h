/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * From Zircon's interface (zircon/syscalls.h) to Quire's own and back: handles and the
 * capabilities behind them, and what pays for what is made.
 */
#pragma once

#include <zircon/types.h>

#include "abi/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * zx_set_pool: the Pool that pays for VMOs made from now on; ROOT_SLOT_POOL until then. It
 * must stay as long as they do.
 */
void zx_set_pool(cptr_t pool);

/*
 * zx_set_lookup_authority: the Untyped whose memory ZX_VMO_OP_LOOKUP may tell the addresses of;
 * 0, and so at first: none.
 */
void zx_set_lookup_authority(cptr_t untyped);

/*
 * zx_handle_from_vmo: a handle for a VMO's capability.
 *
 *  vmo      stays the caller's: the handle has a copy, with no more rights than this has
 *  rights   of them, and of those that libsys keeps; ZX_RIGHT_SAME_RIGHTS: all that go
 *           with the capability's
 *  returns  ZX_OK
 *           ZX_ERR_BAD_HANDLE, ZX_ERR_WRONG_TYPE  `vmo` names nothing, or no VMO
 *           ZX_ERR_INVALID_ARGS                   rights that the capability lacks
 *           ZX_ERR_NO_MEMORY, ZX_ERR_NO_RESOURCES  no room for another handle, no slot
 */
zx_status_t zx_handle_from_vmo(cptr_t vmo, zx_rights_t rights, zx_handle_t *out);

/*
 * zx_handle_cptr: the capability behind a VMO's handle, in this program's CSpace. It goes when
 * the handle is closed.
 *
 *  returns  ZX_OK; ZX_ERR_BAD_HANDLE; ZX_ERR_WRONG_TYPE: not a VMO's
 */
zx_status_t zx_handle_cptr(zx_handle_t handle, cptr_t *cptr_out);

/*
 * zx_bti_create_for_pool: what zx_vmo_create_contiguous asks for: the authority to take pages
 * in a row of a Pool.
 *
 *  pool     must stay as long as the handle does
 *  returns  ZX_OK; ZX_ERR_NO_MEMORY: no room for another handle
 */
zx_status_t zx_bti_create_for_pool(cptr_t pool, zx_handle_t *out);

/*
 * zx_resource_create_for_untyped: what zx_vmo_create_physical asks for: the authority over a
 * device's memory.
 *
 *  untyped    a device's, nothing made of it, and from now on this layer's to cut up, until
 *             the last handle is closed
 *  base       its first physical address, as bootinfo tells; size_bits: how large it is
 *  returns    ZX_OK; ZX_ERR_NO_MEMORY: no room for another handle
 */
zx_status_t zx_resource_create_for_untyped(
	cptr_t untyped, uint64_t base, unsigned size_bits, zx_handle_t *out);

#ifdef __cplusplus
}
#endif
