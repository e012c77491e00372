/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * kernel/lib/string.c would replace the C library's functions, which ASan needs: it is
 * compiled here with each name behind quire_ (see CMakeLists.txt) and compared with them.
 */
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "test.h"

void *quire_memcpy(void *restrict to, const void *restrict from, size_t size);
void *quire_memmove(void *to, const void *from, size_t size);
void *quire_memset(void *to, int byte, size_t size);
int quire_memcmp(const void *a, const void *b, size_t size);
void *quire_memchr(const void *s, int byte, size_t size);
size_t quire_strlen(const char *s);
size_t quire_strnlen(const char *s, size_t max);
int quire_strcmp(const char *a, const char *b);
int quire_strncmp(const char *a, const char *b, size_t max);
char *quire_strchr(const char *s, int c);
char *quire_strrchr(const char *s, int c);

enum { ROOM = 96, LENGTH_MAX = 40, ALIGNMENTS = 9 };

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void fill(uint8_t *to, uint8_t first)
{
	for (int i = 0; i < ROOM; i++)
		to[i] = (uint8_t)(first + i);
}

/* Both did the same, and returned where they wrote. */
static void expect_same(
	const uint8_t *ours, const uint8_t *theirs, const void *returned, const void *to)
{
	EXPECT(memcmp(ours, theirs, ROOM) == 0);
	EXPECT(returned == to);
}

TEST(string, memcpy_copies_at_every_alignment_and_length)
{
	uint8_t from[ROOM], ours[ROOM], theirs[ROOM];

	fill(from, 100);
	for (int d = 0; d < ALIGNMENTS; d++)
		for (int s = 0; s < ALIGNMENTS; s++)
			for (size_t n = 0; n <= LENGTH_MAX; n++) {
				fill(ours, 0);
				fill(theirs, 0);
				memcpy(theirs + d, from + s, n);
				expect_same(ours, theirs, quire_memcpy(ours + d, from + s, n),
					ours + d);
			}
}

TEST(string, memmove_copies_at_every_overlap)
{
	uint8_t ours[ROOM], theirs[ROOM];

	for (int d = 0; d < LENGTH_MAX; d++)
		for (int s = 0; s < LENGTH_MAX; s++)
			for (size_t n = 0; n <= LENGTH_MAX; n++) {
				fill(ours, 0);
				fill(theirs, 0);
				memmove(theirs + d, theirs + s, n);
				expect_same(ours, theirs, quire_memmove(ours + d, ours + s, n),
					ours + d);
			}
}

TEST(string, memset_fills_at_every_alignment_and_length)
{
	static const int bytes[] = {0, 1, 0x80, 0xff, 0x1ff, -1};
	uint8_t ours[ROOM], theirs[ROOM];

	for (size_t b = 0; b < sizeof(bytes) / sizeof(bytes[0]); b++)
		for (int d = 0; d < ALIGNMENTS; d++)
			for (size_t n = 0; n <= LENGTH_MAX; n++) {
				fill(ours, 0);
				fill(theirs, 0);
				memset(theirs + d, bytes[b], n);
				expect_same(ours, theirs, quire_memset(ours + d, bytes[b], n),
					ours + d);
			}
}

TEST(string, memory_is_compared_as_unsigned_bytes)
{
	EXPECT_EQ(sign(quire_memcmp("\x80", "\x7f", 1)), 1);
	EXPECT_EQ(sign(quire_memcmp("a\0b", "a\0c", 3)), -1);
	EXPECT_EQ(quire_memcmp("a\0b", "a\0c", 2), 0);
	EXPECT_EQ(quire_memcmp("a", "b", 0), 0);
}

TEST(string, memchr_looks_no_further_than_the_size)
{
	static const char text[] = "ab\xff\0c";

	EXPECT(quire_memchr(text, 'b', 5) == text + 1);
	EXPECT(quire_memchr(text, 'c', 5) == text + 4);
	EXPECT(!quire_memchr(text, 'c', 4));
	EXPECT(quire_memchr(text, -1, 5) == text + 2);
	EXPECT(!quire_memchr(text, 'a', 0));
}

TEST(string, lengths_stop_at_the_nul_or_at_the_maximum)
{
	static const char open_end[2] = {'a', 'b'};

	EXPECT_EQ(quire_strlen(""), 0);
	EXPECT_EQ(quire_strlen("abc"), 3);
	EXPECT_EQ(quire_strnlen("abc", 2), 2);
	EXPECT_EQ(quire_strnlen("abc", 9), 3);
	EXPECT_EQ(quire_strnlen(open_end, 2), 2);
	EXPECT_EQ(quire_strnlen(open_end, 0), 0);
}

TEST(string, strchr_finds_the_first_and_strrchr_the_last_also_the_nul)
{
	static const char text[] = "a/b/c";

	EXPECT(quire_strchr(text, '/') == text + 1);
	EXPECT(quire_strrchr(text, '/') == text + 3);
	EXPECT(quire_strchr(text, 0) == text + 5);
	EXPECT(quire_strrchr(text, 0) == text + 5);
	EXPECT(!quire_strchr(text, 'x'));
	EXPECT(!quire_strrchr(text, 'x'));
}

/* A short text of few letters, so that two of them often share a beginning. */
static char *random_text(uint64_t *state)
{
	char text[6];
	size_t length = input_random(state) % sizeof(text);

	for (size_t i = 0; i < length; i++)
		text[i] = "ab\x80\xff"[input_random(state) % 4];
	text[length] = '\0';
	return input_copy(text, length + 1);
}

TEST(string, texts_are_compared_like_the_c_library_does)
{
	uint64_t state = 7;

	for (int i = 0; i < 20000; i++) {
		char *a = random_text(&state), *b = random_text(&state);
		size_t max = input_random(&state) % 8;

		EXPECT_EQ(sign(quire_strcmp(a, b)), sign(strcmp(a, b)));
		EXPECT_EQ(sign(quire_strncmp(a, b, max)), sign(strncmp(a, b, max)));
		free(a);
		free(b);
	}
}
