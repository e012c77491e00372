/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The derivation tree as one would draw it: nodes with a pointer to their parent, found
 * by looking through all of them, deleted by recursion. It knows nothing of brackets,
 * runs, Zombies or links, and predicts status and outcome of every operation.
 */
#pragma once

#include "world.h"

enum { MODEL_NODES = 4096 };

struct node {
	struct slot *slot; /* NULL: not in use */
	struct node *parent;
	uint8_t type, rights, bits;
	bool device;
	uint64_t base; /* of the object, or of an Untyped's range */
	uint64_t data; /* badge or guard */
	uint64_t used; /* an Untyped's bytes from its base that were given away */
};

void model_reset(void);
void model_untyped(struct slot *slot, uint64_t base, unsigned bits, bool device);
struct node *model_find(const struct slot *slot);
unsigned model_count(void);

/* What the operation of that name must answer; done in the model if that is ST_OK. */
status_t model_copy(struct slot *to, struct slot *from, uint8_t rights);
status_t model_mint(struct slot *to, struct slot *from, uint8_t rights, uint64_t data);
status_t model_move(struct slot *to, struct slot *from);
status_t model_mutate(struct slot *to, struct slot *from, uint64_t guard);
status_t model_swap(struct slot *a, struct slot *b);
status_t model_rotate(const struct rotation *r);
status_t model_delete(struct slot *slot);
status_t model_revoke(struct slot *slot);
status_t model_retype(struct slot *untyped, const struct retype *retype);

/* model_agrees: whether the walk that was just made found exactly this. */
bool model_agrees(void);
