/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "lib/treap.h"

#include "test.h"

enum { NODES = 1000 };

static struct treap t = {.secret = 7};
static struct treap_node node[NODES];

static unsigned depth_of(const struct treap_node *wanted)
{
	unsigned depth = 0;

	for (const struct treap_node *n = t.top; n != wanted; depth++)
		n = wanted->key < n->key ? n->left : n->right;
	return depth;
}

/* Keys 0, 3, 6, ...: each is found in few steps; then every other one goes, then the rest. */
TEST(treap, is_not_deep)
{
	unsigned deepest = 0;

	for (uint64_t i = 0; i < NODES; i++)
		treap_insert(&t, &node[i], i * 3);
	for (uint64_t i = 0; i < NODES; i++) {
		unsigned depth = depth_of(&node[i]);

		deepest = depth > deepest ? depth : deepest;
		EXPECT_EQ(node[i].key, i * 3);
	}
	EXPECT(deepest >= 9 && deepest < 40);
	for (uint64_t i = 0; i < NODES; i += 2)
		treap_remove(&t, &node[i]);
	for (uint64_t i = 1; i < NODES; i += 2)
		EXPECT(depth_of(&node[i]) < 40);
	for (uint64_t i = NODES - 1; i < NODES; i -= 2)
		treap_remove(&t, &node[i]);
	EXPECT(t.top == NULL);
}

/* The shape is the set's alone: whatever the order in which it came about. */
TEST(treap, has_one_shape_for_one_set)
{
	static struct treap_node other[NODES];
	struct treap u = {.secret = t.secret};

	for (uint64_t i = 0; i < NODES; i++) {
		treap_insert(&t, &node[i], i);
		treap_insert(&u, &other[NODES - 1 - i], NODES - 1 - i);
	}
	for (uint64_t i = 0; i < NODES; i++)
		EXPECT((node[i].left ? node[i].left->key : UINT64_MAX) ==
				(other[i].left ? other[i].left->key : UINT64_MAX) &&
			(node[i].right ? node[i].right->key : UINT64_MAX) ==
				(other[i].right ? other[i].right->key : UINT64_MAX));
	for (uint64_t i = 0; i < NODES; i++)
		treap_remove(&t, &node[i]);
}
