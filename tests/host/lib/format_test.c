/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/format.h"

#include "input.h"
#include "test.h"

/* Without the attribute that would have the compiler refuse what is tested here. */
static size_t (*const unchecked)(char *, size_t, const char *, ...) = format;
static int (*const libc)(char *, size_t, const char *, ...) = snprintf;

#define EXPECT_FORMAT(want, ...) \
	do { \
		char buffer_[128]; \
		size_t length_ = unchecked(buffer_, sizeof(buffer_), __VA_ARGS__); \
		EXPECT_TEXT(buffer_, want); \
		EXPECT_EQ(length_, strlen(want)); \
	} while (0)

TEST(format, copies_what_is_no_conversion)
{
	EXPECT_FORMAT("", "");
	EXPECT_FORMAT("plain text\n", "plain text\n");
	EXPECT_FORMAT("100%", "100%%");
}

TEST(format, writes_numbers_in_decimal_and_hexadecimal)
{
	EXPECT_FORMAT("0 0 0 0", "%d %i %u %x", 0, 0, 0, 0);
	EXPECT_FORMAT("-1 4294967295 ffffffff", "%d %u %x", -1, -1, -1);
	EXPECT_FORMAT("-2147483648 2147483647", "%d %d", INT_MIN, INT_MAX);
	EXPECT_FORMAT("deadbeef", "%x", 0xdeadbeefu);
}

TEST(format, writes_64_bit_numbers_up_to_both_ends)
{
	EXPECT_FORMAT("-9223372036854775808", "%ld", INT64_MIN);
	EXPECT_FORMAT("9223372036854775807", "%lld", INT64_MAX);
	EXPECT_FORMAT("18446744073709551615", "%lu", UINT64_MAX);
	EXPECT_FORMAT("ffffffffffffffff", "%llx", UINT64_MAX);
	EXPECT_FORMAT("18446744073709551615", "%zu", SIZE_MAX);
	EXPECT_FORMAT("-1", "%zd", (ptrdiff_t)-1);
}

TEST(format, cuts_short_types_to_their_width)
{
	EXPECT_FORMAT("ff", "%hhx", (signed char)-1);
	EXPECT_FORMAT("ffff", "%hx", (short)-1);
	EXPECT_FORMAT("-1 -1", "%hhd %hd", -1, -1);
	EXPECT_FORMAT("44 34464", "%hhu %hu", 300, 100000);
	EXPECT_FORMAT("-128", "%hhd", 128);
}

TEST(format, pads_to_the_width)
{
	EXPECT_FORMAT("|    7|7    |00007|", "|%5d|%-5d|%05d|", 7, 7, 7);
	EXPECT_FORMAT("|   -7|-7   |-0007|", "|%5d|%-5d|%05d|", -7, -7, -7);
	EXPECT_FORMAT("|7    |", "|%-05d|", 7);
	EXPECT_FORMAT("|7    |", "|%0-5d|", 7);
	EXPECT_FORMAT("12345", "%3d", 12345);
	EXPECT_FORMAT("|  ab|ab  |  ab|", "|%4s|%-4s|%04s|", "ab", "ab", "ab");
	EXPECT_FORMAT("|   x|x   |", "|%4c|%-4c|", 'x', 'x');
}

TEST(format, cuts_strings_at_the_precision)
{
	static const char open_end[3] = {'a', 'b', 'c'};

	EXPECT_FORMAT("abc||ab||", "%s|%.0s|%.2s|%.s|", "abc", "abc", "abc", "abc");
	EXPECT_FORMAT("abc", "%.9s", "abc");
	EXPECT_FORMAT("|  ab|ab  |", "|%4.2s|%-4.2s|", "abc", "abc");
	EXPECT_FORMAT("abc", "%.3s", open_end);
}

TEST(format, writes_pointers_with_all_digits)
{
	EXPECT_FORMAT("0x0000000000000000", "%p", (void *)0);
	EXPECT_FORMAT("0xffffff8000001000", "%p", (void *)UINT64_C(0xffffff8000001000));
	EXPECT_FORMAT("0x0000000000000001", "%-3p", (void *)1);
}

TEST(format, writes_a_missing_string_in_words)
{
	EXPECT_FORMAT("(null)", "%s", (char *)0);
	EXPECT_FORMAT("(nu", "%.3s", (char *)0);
}

TEST(format, shows_conversions_that_it_does_not_know)
{
	EXPECT_FORMAT("%k", "%k");
	EXPECT_FORMAT("a%", "a%");
	EXPECT_FORMAT("%", "%-05");
	EXPECT_FORMAT("%", "%l");
	EXPECT_FORMAT("%f and 7", "%f and %d", 7);
	EXPECT_FORMAT("%o", "%o", 8);
}

TEST(format, reads_over_widths_that_are_too_long)
{
	char buffer[16];

	EXPECT_EQ(unchecked(buffer, sizeof(buffer), "%99999999999999999999d|", 1), 15);
	EXPECT_TEXT(buffer, "               ");
	EXPECT_EQ(unchecked(buffer, sizeof(buffer), "%.99999999999999999999s|", "abc"), 4);
	EXPECT_TEXT(buffer, "abc|");
}

TEST(format, cuts_off_at_every_size)
{
	static const char whole[] = "name -00042 [0x0000000000000abc]   x%";

	for (size_t size = 1; size <= sizeof(whole) + 1; size++) {
		char *buffer = malloc(size);
		size_t fits = size - 1 < sizeof(whole) - 1 ? size - 1 : sizeof(whole) - 1;

		memset(buffer, '#', size);
		EXPECT_EQ(format(buffer, size, "%s %06d [%p]%4c%%", "name", -42,
				  (void *)0xabcul, 'x'),
			fits);
		EXPECT_EQ(strlen(buffer), fits);
		EXPECT(memcmp(buffer, whole, fits) == 0);
		free(buffer);
	}
}

TEST(format, agrees_with_the_c_library)
{
	static const char *const flags[] = {"", "-", "0", "-0"};
	static const char *const sizes[] = {"hh", "h", "", "l", "ll", "z"};
	uint64_t state = 1;

	for (int i = 0; i < 20000; i++) {
		char spec[32], got[128], want[128];
		uint64_t r = input_random(&state);
		uint64_t value = input_random(&state) >> (r >> 32) % 64;

		libc(spec, sizeof(spec), "<%%%s%.0u%s%c>", flags[r % 4],
			(unsigned)(r >> 8) % 25, sizes[(r >> 16) % 6], "diux"[r >> 2 & 3]);
		libc(want, sizeof(want), spec, value);
		EXPECT_EQ(unchecked(got, sizeof(got), spec, value), strlen(want));
		EXPECT_TEXT(got, want);
	}
}
