/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Between the kernel and main(): thread-local storage, constructors, arguments.
 */
#include <stdlib.h>
#include <string.h>

#include "abi/bootinfo.h"

#include "libsys/boot.h"
#include "libsys/ipc.h"
#include "libsys/thread.h"
#include "libsys/tls.h"
#include "startup_own.h"

extern char **environ; /* newlib's */
extern int main(int argc, char **argv, char **envp);
extern void __libc_init_array(void), __libc_fini_array(void);

void libsys_start(const struct bootinfo *info, struct startup *startup)
	__attribute__((noreturn));

__thread struct ipc_buffer *ipc_buffer_own;

static const struct bootinfo *bootinfo;

/* From the program's linker script (libsys/program.ld). */
extern char _tls_image_start[], _tls_image_end[], _tls_end[], _tls_alignment[];
extern void (*__fini_array_start[])(void), (*__fini_array_end[])(void);

enum { TCB_SIZE = 16, MAIN_TLS_SIZE = 4096 };

static _Alignas(64) char main_tls[MAIN_TLS_SIZE];

static size_t align(size_t value, size_t alignment)
{
	return (value + alignment - 1) & ~(alignment - 1);
}

size_t tls_alignment(void)
{
	size_t alignment = (size_t)_tls_alignment;

	return alignment < TCB_SIZE ? TCB_SIZE : alignment;
}

/* The variables begin behind the system's 16 bytes, at their own alignment. */
static size_t variables_offset(void)
{
	return align(TCB_SIZE, tls_alignment());
}

size_t tls_size(void)
{
	return variables_offset() + (size_t)(_tls_end - _tls_image_start);
}

void *tls_init(void *block)
{
	char *variables = (char *)block + variables_offset();
	size_t image = (size_t)(_tls_image_end - _tls_image_start);
	size_t all = (size_t)(_tls_end - _tls_image_start);

	memset(block, 0, variables_offset());
	memcpy(variables, _tls_image_start, image);
	memset(variables + image, 0, all - image);
	return block;
}

int thread_is_first(void)
{
	return tls_get() == main_tls;
}

const struct bootinfo *boot_info(void)
{
	return bootinfo;
}

uint64_t boot_instructions(void)
{
	return bootinfo->instructions;
}

int boot_argument(const char *name, const char **value_out)
{
	size_t length = strlen(name);
	const char *at = bootinfo->arguments;

	for (; *at; at += strcspn(at, " ")) {
		at += strspn(at, " ");
		if (strncmp(at, "--", 2) == 0 && strchr(" ", at[2]))
			return 0;
		if (strncmp(at, name, length) != 0 || !strchr("= ", at[length]))
			continue;
		if (value_out)
			*value_out = at[length] == '=' ? at + length + 1 : "";
		return 1;
	}
	return 0;
}

/* The next word of *at, which ends where it did; *at goes on behind it. NULL: there is none. */
static char *next_word(char **at)
{
	char *word = *at + strspn(*at, " "), *end = word + strcspn(word, " ");

	*at = end + (*end != '\0');
	*end = '\0';
	return *word ? word : NULL;
}

/*
 * What the first program finds as argv and environ: the boot arguments behind a word "--". Words
 * there with a '=' that come before all others are the environment, as env(1) has it.
 */
static int first_arguments(char *text, char **argv, char **envp)
{
	int argc = 0;
	char *word;

	do {
		word = next_word(&text);
	} while (word && strcmp(word, "--") != 0);
	argv[argc++] = (char *)"init";
	while (word && (word = next_word(&text)) && strchr(word, '='))
		*envp++ = word;
	*envp = NULL;
	for (; word; word = next_word(&text))
		argv[argc++] = word;
	argv[argc] = NULL;
	return argc;
}

/* These live as long as main() does. */
static void __attribute__((noreturn, noinline)) start_first(void)
{
	enum { WORDS = BOOTINFO_ARGUMENTS_MAX / 2 }; /* a blank before each */
	char text[BOOTINFO_ARGUMENTS_MAX], *argv[WORDS + 2], *envp[WORDS + 1];
	int argc;

	memcpy(text, bootinfo->arguments, sizeof(text));
	argc = first_arguments(text, argv, envp);
	environ = envp;
	exit(main(argc, argv, envp));
}

void libsys_start(const struct bootinfo *info, struct startup *startup)
{
	bootinfo = info;
	startup_own = startup;
	if (tls_size() > sizeof(main_tls))
		abort();
	tls_set(tls_init(main_tls));
	ipc_buffer_own = (struct ipc_buffer *)info->ipc_buffer;
	if (&__fini_array_start[0] != &__fini_array_end[0])
		(void)atexit(__libc_fini_array); /* the first, so that it runs last */
	__libc_init_array();
	if (!startup)
		start_first();
	environ = (char **)startup->envp;
	exit(main((int)startup->argc, (char **)startup->argv, environ));
}
