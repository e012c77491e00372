/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* A first program from its arguments to its end, which is in another thread than its first. */
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static int status;

static void say_third(void)
{
	puts("third");
}

static void say_second(void)
{
	puts("second");
	atexit(say_third); /* one that is added now is still called, and next */
}

static void say_first(void)
{
	puts("first");
}

static void say_last(void)
{
	puts("last");
}

static void __attribute__((destructor)) after_all(void)
{
	puts("destructor");
}

static void *end(void *unused)
{
	(void)unused;
	exit(status);
}

/* The first thread can be joined as any other. */
static void *join_first(void *first)
{
	void *result = NULL;

	if (pthread_join(first, &result) == 0 && result == &status)
		puts("the first thread is joined");
	return NULL;
}

/* Nothing is ever typed: it has the stream locked when the program ends. */
static void *read_for_ever(void *unused)
{
	(void)getchar();
	return unused;
}

/* The C locale alone, and what it says. */
static int locale_is_c(void)
{
	return strcmp(setlocale(LC_ALL, NULL), "C") == 0 && setlocale(LC_ALL, "C") &&
		setlocale(LC_ALL, "") && strcmp(setlocale(LC_NUMERIC, "POSIX"), "C") == 0 &&
		!setlocale(LC_ALL, "de_DE") && strcmp(localeconv()->decimal_point, ".") == 0;
}

int main(int argc, char **argv, char **envp)
{
	pthread_t thread;

	for (int i = 0; i < argc; i++)
		printf("argument %s\n", argv[i]);
	for (char **e = envp; *e; e++)
		printf("environment %s\n", *e);
	printf("HOME is %s, environ is %s, argv ends with %p\n", getenv("HOME"),
		environ == envp ? "envp" : "another", (void *)argv[argc]);
	printf("locale %s\n", locale_is_c() ? "C" : "wrong");
	atexit(say_last);
	atexit(say_second);
	atexit(say_first);
	status = argc * 10;
	if (argc == 1)
		return status;
	if (strcmp(argv[1], "join") == 0) {
		pthread_create(&thread, NULL, join_first, pthread_self());
		pthread_exit(&status);
	}
	if (strcmp(argv[1], "read") == 0) {
		pthread_create(&thread, NULL, read_for_ever, NULL);
		usleep(50000);
		return status;
	}
	pthread_create(&thread, NULL, end, NULL);
	for (;;)
		sleep(1000);
}
