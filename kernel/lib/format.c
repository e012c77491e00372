/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
#include "lib/format.h"

#include "lib/string.h"

struct output {
	char *buffer;
	size_t size;
	size_t length;
};

struct spec {
	bool left;
	bool zero;
	int width;
	int precision; /* -1: none */
	int longs;     /* 0 int, 1 and more 64 bits, negative for h and hh */
};

static void put(struct output *out, char c)
{
	if (out->length + 1 < out->size)
		out->buffer[out->length++] = c;
}

static void put_padded(struct output *out, const struct spec *spec, const char *sign,
	const char *text, size_t length)
{
	size_t used = strlen(sign) + length;
	size_t room = spec->width > 0 ? (size_t)spec->width : 0;
	size_t pad = room > used ? room - used : 0;

	if (!spec->left && !spec->zero)
		for (; pad; pad--)
			put(out, ' ');
	while (*sign)
		put(out, *sign++);
	if (!spec->left)
		for (; pad; pad--)
			put(out, '0');
	while (length--)
		put(out, *text++);
	for (; pad; pad--)
		put(out, ' ');
}

static void put_number(struct output *out, const struct spec *spec, const char *sign,
	uint64_t value, unsigned base)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	put_padded(out, spec, sign, digits + at, sizeof(digits) - at);
}

static void put_char(struct output *out, struct spec *spec, char c)
{
	spec->zero = false;
	put_padded(out, spec, "", &c, 1);
}

static void put_string(struct output *out, struct spec *spec, const char *text)
{
	size_t max = spec->precision >= 0 ? (size_t)spec->precision : SIZE_MAX;

	if (!text)
		text = "(null)";
	spec->zero = false;
	put_padded(out, spec, "", text, strnlen(text, max));
}

/* The argument of h and hh came as an int, of which so much is meant. */
static int narrow_signed(const struct spec *spec, int value)
{
	if (spec->longs == 0)
		return value;
	return spec->longs == -1 ? (short)value : (signed char)value;
}

static unsigned narrow(const struct spec *spec, unsigned value)
{
	if (spec->longs == 0)
		return value;
	return spec->longs == -1 ? (unsigned short)value : (unsigned char)value;
}

static int parse_number(const char **text)
{
	int value = 0;

	for (; **text >= '0' && **text <= '9'; (*text)++)
		if (value < 1000)
			value = value * 10 + (**text - '0');
	return value;
}

static struct spec parse_spec(const char **text)
{
	struct spec spec = {.precision = -1};

	for (;; (*text)++) {
		if (**text == '-')
			spec.left = true;
		else if (**text == '0')
			spec.zero = true;
		else
			break;
	}
	spec.width = parse_number(text);
	if (**text == '.') {
		(*text)++;
		spec.precision = parse_number(text);
	}
	for (;; (*text)++) {
		if (**text == 'l' || **text == 'z')
			spec.longs++;
		else if (**text == 'h')
			spec.longs--;
		else
			return spec;
	}
}

size_t format_v(char *buffer, size_t size, const char *text, va_list args)
{
	struct output out = {.buffer = buffer, .size = size};

	for (; *text; text++) {
		struct spec spec;
		int64_t value;

		if (*text != '%') {
			put(&out, *text);
			continue;
		}
		text++;
		spec = parse_spec(&text);
		switch (*text) {
		case 'c':
			put_char(&out, &spec, (char)va_arg(args, int));
			break;
		case 's':
			put_string(&out, &spec, va_arg(args, const char *));
			break;
		case 'd':
		case 'i':
			value = spec.longs > 0 ? va_arg(args, int64_t) :
						 narrow_signed(&spec, va_arg(args, int));
			put_number(&out, &spec, value < 0 ? "-" : "",
				value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10);
			break;
		case 'u':
		case 'x':
			put_number(&out, &spec, "",
				spec.longs > 0 ? va_arg(args, uint64_t) :
						 narrow(&spec, va_arg(args, unsigned)),
				*text == 'u' ? 10 : 16);
			break;
		case 'p':
			spec = (struct spec){.zero = true, .width = 18};
			put_number(&out, &spec, "0x", (uintptr_t)va_arg(args, void *), 16);
			break;
		case '%':
			put(&out, '%');
			break;
		default: /* end of text, or a conversion that is not ours: show it */
			put(&out, '%');
			text--;
		}
	}
	buffer[out.length] = '\0';
	return out.length;
}

size_t format(char *buffer, size_t size, const char *text, ...)
{
	va_list args;
	size_t length;

	va_start(args, text);
	length = format_v(buffer, size, text, args);
	va_end(args);
	return length;
}
