/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "lib/treap.h"

static uint64_t priority(const struct treap *t, const struct treap_node *node)
{
	uint64_t x = (node->key ^ t->secret) * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return x ^ x >> 32;
}

/* Into its place by priority; what was there is split around the key. */
void treap_insert(struct treap *t, struct treap_node *node, uint64_t key)
{
	struct treap_node **link = &t->top;
	struct treap_node **left = &node->left;
	struct treap_node **right = &node->right;
	struct treap_node *n;

	node->key = key;
	while (*link && priority(t, *link) >= priority(t, node))
		link = key < (*link)->key ? &(*link)->left : &(*link)->right;
	n = *link;
	*link = node;
	while (n) {
		if (n->key < key) {
			*left = n;
			left = &n->right;
			n = n->right;
		} else {
			*right = n;
			right = &n->left;
			n = n->left;
		}
	}
	*left = NULL;
	*right = NULL;
}

/* Its two sides are merged in its place. */
void treap_remove(struct treap *t, struct treap_node *node)
{
	struct treap_node **link = &t->top;
	struct treap_node *a = node->left;
	struct treap_node *b = node->right;

	while (*link != node)
		link = node->key < (*link)->key ? &(*link)->left : &(*link)->right;
	while (a && b) {
		if (priority(t, a) >= priority(t, b)) {
			*link = a;
			link = &a->right;
			a = a->right;
		} else {
			*link = b;
			link = &b->left;
			b = b->left;
		}
	}
	*link = a ? a : b;
}
