/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * A set ordered by key: a binary tree that is a heap by priority, whose links stand in the
 * elements (Seidel, Aragon: "Randomized search trees"). Who looks for something walks it.
 *
 * Priorities are a hash of the key and of a secret: no balance to keep, no recursion, the same
 * set has the same shape however it came about, and who does not know the secret cannot choose
 * keys that make it a list.
 */
#pragma once

#include "lib/base.h"

struct treap_node {
	uint64_t key;
	struct treap_node *left; /* smaller keys */
	struct treap_node *right;
};

struct treap {
	struct treap_node *top;
	uint64_t secret;
};

/* treap_insert: no other element has this key. */
void treap_insert(struct treap *t, struct treap_node *node, uint64_t key);

/* treap_remove: it is in there. */
void treap_remove(struct treap *t, struct treap_node *node);
