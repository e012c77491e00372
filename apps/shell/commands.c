/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * What the shell does itself.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/syscalls.h"
#include "libsys/system.h"
#include "libsys/untyped.h"
#include "libsys/vmo.h"
#include "libsys/vmo_tree.h"
#include "line.h"
#include "shell.h"

enum {
	SLEEP_MAX_S = 1000000000,
	STATUS_MAX = 255,
	ROUNDS = 1000,
	SLICE_NS = 20000000, /* how late Ctrl-C may be */
	PRINTED_MAX = 16,
	VMOS_MAX = 1024,
	SERVICES_MAX = 32,
};

static int last_status;

static double mib(uint64_t bytes)
{
	return (double)bytes / (1 << 20);
}

static int info(int count, char **words)
{
	const struct bootinfo *machine = boot_info();

	(void)count;
	(void)words;
	printf("  %s on %s, %u of %u CPUs running\n", machine->kernel, machine->board,
		machine->cpus_online, machine->cpus);
	printf("  memory %.1f MiB, booted with \"%s\"\n", mib(machine->memory_bytes),
		machine->arguments);
	return 0;
}

static const char *state_name(unsigned state)
{
	static const char *const names[] = {
		"gone", "runs", "waits", "exited", "crashed", "killed"};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : "?";
}

static int ps(int count, char **words)
{
	cptr_t init = startup_cap("init");
	struct system_service service;

	(void)count;
	(void)words;
	printf("  %-12s %-8s %12s %12s %9s %12s\n", "NAME", "STATE", "MEMORY KiB", "IN USE KiB",
		"RESTARTS", "LAST us");
	for (word_t i = 0;
		system_ask(init, SYSTEM_SERVICE, i, NULL, &service, sizeof(service)) == ST_OK;
		i++)
		printf("  %-12s %-8s %12lu %12lu %9u %12lu\n", service.name,
			state_name(service.state), service.memory >> 10, service.pages << 2,
			service.restarts, service.restart_ns / 1000);
	return 0;
}

static int mem(int count, char **words)
{
	struct system_memory m;
	status_t st = system_ask(startup_cap("init"), SYSTEM_MEMORY, 0, NULL, &m, sizeof(m));

	(void)count;
	(void)words;
	if (st != ST_OK)
		return 1;
	printf("  %14lu bytes kernel, reserved, archive\n", m.boot);
	printf("  %14lu bytes init: its Pool and its objects\n", m.init);
	printf("  %14lu bytes services, of which %lu for what the shell runs\n", m.services,
		jobs_memory());
	printf("  %14lu bytes free\n", m.free);
	printf("  %14lu bytes in all\n", m.total);
	return 0;
}

/* All that init knows of; what there is no room for is left out. */
static status_t gather(struct vmo_tree *tree)
{
	cptr_t init = startup_cap("init");
	status_t st = ST_OK;

	for (unsigned pool = 0; st == ST_OK; pool++) {
		struct system_vmo vmo = {0};

		while ((st = system_vmo(init, pool, vmo.info.id, &vmo)) == ST_OK)
			if (vmo_tree_add(tree, &vmo.info, vmo.pool) != ST_OK)
				return ST_NO_MEMORY;
		if (st == ST_NOT_FOUND)
			st = ST_OK;
	}
	return st == ST_OUT_OF_RANGE ? ST_OK : st;
}

static int vmo_tree(int count, char **words)
{
	static struct vmo_tree_node nodes[VMOS_MAX];
	int is_dot = count == 2 && strcmp(words[1], "dot") == 0;
	struct vmo_tree tree;
	status_t st;

	if (count > 1 && !is_dot) {
		puts("  vmo-tree [dot]");
		return 1;
	}
	vmo_tree_open(&tree, nodes, VMOS_MAX);
	st = gather(&tree);
	vmo_tree_print(&tree, is_dot ? VMO_TREE_DOT : VMO_TREE_TEXT, stdout);
	if (st == ST_NO_MEMORY)
		printf("%s only the first %u VMOs\n", is_dot ? "//" : " ", VMOS_MAX);
	else if (st != ST_OK)
		printf("%s not all: %s\n", is_dot ? "//" : " ", status_text(st));
	return st != ST_OK;
}

static int kill_command(int count, char **words)
{
	status_t st = count == 2 ?
		system_ask(startup_cap("init"), SYSTEM_KILL, 0, words[1], NULL, 0) :
		ST_INVALID_ARGS;

	if (st == ST_NOT_FOUND)
		printf("  no service %s: ps lists them\n", words[1]);
	else if (st == ST_INVALID_ARGS)
		puts("  kill SERVICE");
	return st != ST_OK;
}

const char *service_name(unsigned number)
{
	static struct system_service services[SERVICES_MAX];
	struct system_service *service = &services[number];

	return number < SERVICES_MAX &&
			system_ask(startup_cap("init"), SYSTEM_SERVICE, number, NULL, service,
				sizeof(*service)) == ST_OK ?
		service->name :
		NULL;
}

static int log_command(int count, char **words)
{
	char line[SYSTEM_LOG_MAX] = "";

	(void)count;
	(void)words;
	for (word_t i = 0; system_ask(startup_cap("init"), SYSTEM_LOG, i, NULL, line,
				   sizeof(line) - 1) == ST_OK;
		i++)
		printf("  %s\n", line);
	return 0;
}

static int time_command(int count, char **words)
{
	uint64_t before = clock_ns();
	int status;

	if (count == 1) {
		printf("  %.6f s\n", (double)before / 1e9);
		return 0;
	}
	status = command_run(count - 1, words + 1);
	printf("  took %.6f s\n", (double)(clock_ns() - before) / 1e9);
	return status;
}

static int sleep_command(int count, char **words)
{
	const char *argument = count > 1 ? words[1] : "1";
	char *end;
	double seconds = strtod(argument, &end);
	uint64_t now, until;

	/* Written so that a NaN fails too. */
	if (*end || end == argument || !(seconds >= 0 && seconds <= SLEEP_MAX_S)) {
		printf("  %s is not a number of seconds: 0 to %d\n", argument, SLEEP_MAX_S);
		return 1;
	}
	fflush(stdout);
	until = clock_ns() + (uint64_t)(seconds * 1e9);
	while ((now = clock_ns()) < until) {
		clock_sleep_until(until - now < SLICE_NS ? until : now + SLICE_NS);
		if (jobs_interrupted())
			return KILLED_STATUS;
	}
	return 0;
}

/* A number in C's notation from 0 to max; says what is wrong with one that is not. */
static int read_number(const char *text, unsigned long long max, unsigned long long *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	if (*text >= '0' && *text <= '9' && !*end && !errno && *out <= max)
		return 1;
	printf("  %s is not a number from 0 to 0x%llx\n", text, max);
	return 0;
}

static int exit_command(int count, char **words)
{
	unsigned long long status;

	if (!read_number(count > 1 ? words[1] : "0", STATUS_MAX, &status))
		return 1;
	exit((int)status);
}

static int echo(int count, char **words)
{
	for (int i = 1; i < count; i++)
		printf("%s%s", i > 1 ? " " : "", words[i]);
	putchar('\n');
	return 0;
}

static int history_command(int count, char **words)
{
	const char *line;

	(void)count;
	(void)words;
	for (unsigned i = PRINTED_MAX; i-- > 0;)
		if ((line = line_history(i)))
			printf("  %s\n", line);
	return 0;
}

static int status_command(int count, char **words)
{
	(void)count;
	(void)words;
	printf("  %d\n", last_status);
	return 0;
}

static int files(int count, char **words)
{
	const char *name;

	(void)count;
	(void)words;
	for (unsigned i = 0; (name = file_name(i)); i++)
		printf("  %s\n", name);
	return 0;
}

static void must(status_t st)
{
	if (st != ST_OK)
		abort();
}

static void clone_and_close(cptr_t vmo)
{
	cptr_t clone;

	must(vmo_clone(vmo, VMO_CHILD_CLONE, 0, 1 << 20, ROOT_SLOT_POOL, &clone));
	must(object_delete(clone));
}

static void call_nothing(cptr_t vmo)
{
	(void)vmo;
	sys_nop();
}

static void ask_init(cptr_t vmo)
{
	struct system_memory memory;

	(void)vmo;
	must(system_ask(startup_cap("init"), SYSTEM_MEMORY, 0, NULL, &memory, sizeof(memory)));
}

/* Where the machine counts instructions the cycles are exact (QEMU with -icount). */
static int bench(int count, char **words)
{
	static const struct {
		const char *what;
		void (*run)(cptr_t vmo);
	} runs[] = {
		{"system call that does nothing", call_nothing},
		{"clone of 1 MiB made and closed", clone_and_close},
		{"question to init and its answer", ask_init},
	};
	const int counts = (boot_info()->flags & BOOTINFO_COUNTS_CYCLES) != 0;
	cptr_t vmo;

	(void)count;
	(void)words;
	must(vmo_create(ROOT_SLOT_POOL, 1 << 20, 0, &vmo));
	for (unsigned i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		uint64_t ns = clock_ns(), cycles = counts ? counter_cycles() : 0;

		for (unsigned round = 0; round < ROUNDS; round++)
			runs[i].run(vmo);
		printf("  %-32s", runs[i].what);
		if (counts)
			printf(" %8lu cycles", (counter_cycles() - cycles) / ROUNDS);
		printf(" %8lu ns\n", (clock_ns() - ns) / ROUNDS);
	}
	must(object_delete(vmo));
	return 0;
}

static int run(int count, char **words)
{
	if (count < 2) {
		puts("  run PROGRAM [ARGUMENT...] [| PROGRAM ...]");
		return 1;
	}
	return jobs_run(count - 1, words + 1);
}

static int help(int count, char **words);

/* What a command takes: so many words at most, or a command line, pipeline and all. */
enum { LINE = -1 };

static const struct command {
	const char *name;
	int (*run)(int count, char **words);
	int most;
	const char *arguments, *meaning;
} commands[] = {
	{"help", help, 0, "", "this list"},
	{"info", info, 0, "", "the machine"},
	{"run", run, LINE, "PROGRAM ... [| ...]",
		"a program of the archive, or a pipeline; the name alone does, too"},
	{"files", files, 0, "", "what is in the archive"},
	{"ps", ps, 0, "", "services, and how often they were begun anew"},
	{"mem", mem, 0, "", "where the machine's memory is"},
	{"vmo-tree", vmo_tree, 1, "[dot]", "families of VMOs, as text or for dot"},
	{"kill", kill_command, 1, "SERVICE",
		"stop a service; init does what its manifest says"},
	{"log", log_command, 0, "", "what happened to services"},
	{"time", time_command, LINE, "[COMMAND]",
		"seconds since the machine was switched on, or that it takes"},
	{"trace", trace_command, LINE, "COMMAND",
		"what the CPUs did meanwhile, for tools/trace; where the kernel records it"},
	{"bench", bench, 0, "", "what some calls cost"},
	{"sleep", sleep_command, 1, "[SECONDS]", "wait"},
	{"echo", echo, WORDS_MAX, "WORD...", "say them"},
	{"history", history_command, 0, "", "lines that were typed"},
	{"status", status_command, 0, "", "of the last command"},
	{"exit", exit_command, 1, "[STATUS]", "switch the machine off"},
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static int help(int count, char **words)
{
	(void)count;
	(void)words;
	for (unsigned i = 0; i < COMMANDS; i++)
		printf("  %-8s %-20s %s\n", commands[i].name, commands[i].arguments,
			commands[i].meaning);
	puts("  Tab completes, Up and Down recall, Ctrl-C ends what runs, Ctrl-A x leaves "
	     "QEMU");
	return 0;
}

const char *command_name(unsigned number)
{
	return number < COMMANDS ? commands[number].name : NULL;
}

static const struct command *find_command(const char *name)
{
	for (unsigned i = 0; i < COMMANDS; i++)
		if (strcmp(name, commands[i].name) == 0)
			return &commands[i];
	return NULL;
}

int command_is(const char *name)
{
	return find_command(name) != NULL;
}

/* Says what is wrong with the words behind a command, if something is. */
static int suits(const struct command *command, int count, char **words)
{
	if (command->most == LINE)
		return 1;
	for (int i = 1; i < count; i++)
		if (strcmp(words[i], "|") == 0) {
			printf("  %s is a command of the shell's own: it stands alone, without "
			       "run and |\n",
				command->name);
			return 0;
		}
	if (count - 1 > command->most)
		printf("  too much: %s %s\n", command->name,
			*command->arguments ? command->arguments : "takes nothing");
	return count - 1 <= command->most;
}

int command_run(int count, char **words)
{
	const struct command *command = find_command(words[0]);

	if (!command)
		return last_status = jobs_run(count, words);
	return last_status = suits(command, count, words) ? command->run(count, words) : 1;
}
