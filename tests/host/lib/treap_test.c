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

TEST(treap, holds_nothing_at_first)
{
	EXPECT(treap_floor(&t, UINT64_MAX) == NULL && treap_ceiling(&t, 0) == NULL);
}

/* Keys 0, 3, 6, ...: each is found from both sides, in few steps; then every other one goes. */
TEST(treap, finds_neighbours_of_any_key)
{
	unsigned deepest = 0;

	for (uint64_t i = 0; i < NODES; i++)
		treap_insert(&t, &node[i], i * 3);
	for (uint64_t i = 0; i < NODES; i++) {
		unsigned depth = depth_of(&node[i]);

		deepest = depth > deepest ? depth : deepest;
		EXPECT(treap_floor(&t, i * 3) == &node[i]);
		EXPECT(treap_floor(&t, i * 3 + 2) == &node[i]);
		EXPECT(treap_ceiling(&t, i * 3) == &node[i]);
		EXPECT(treap_ceiling(&t, i * 3 + 1) == (i + 1 < NODES ? &node[i + 1] : NULL));
	}
	EXPECT(deepest >= 9 && deepest < 40);
	for (uint64_t i = 0; i < NODES; i += 2)
		treap_remove(&t, &node[i]);
	for (uint64_t i = 1; i < NODES; i += 2) {
		EXPECT(treap_floor(&t, i * 3 + 5) == &node[i]);
		EXPECT(treap_ceiling(&t, i * 3 - 2) == &node[i]);
	}
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
