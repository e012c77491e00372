/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * One endpoint, served by one thread: exits, faults and readiness of services come under the
 * badge of their number, questions to init under that and ASKS.
 *
 * A service that is to survive its crashes is spawned once, up to startup_ready(): that process
 * is the golden one. What serves is a clone of it (process_clone), and after a crash the clone
 * is begun anew (process_restart): nothing is loaded or copied.
 */
#include "services.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "libsys/archive.h"
#include "libsys/boot.h"
#include "libsys/cap.h"
#include "libsys/clock.h"
#include "libsys/drivers/serial.h"
#include "libsys/pool.h"
#include "libsys/slots.h"
#include "libsys/stream.h"
#include "libsys/syscalls.h"
#include "libsys/untyped.h"
#include "manifest.h"

enum { ASKS = 0x100, LOG_LINES = 64, NOTIFICATIONS_MAX = 4, TEXT_MAX = 64 };

struct service {
	struct wish wish;
	cptr_t endpoint; /* that it serves; 0: none */
	struct process golden, process;
	uint32_t restarts;
	uint64_t restart_ns;
};

static struct service services[SERVICES_MAX];
static struct wish wishes[SERVICES_MAX];
static unsigned service_count;
static cptr_t control, reply, answer_slot;
static struct {
	char name[SYSTEM_NAME_MAX];
	cptr_t cap;
} notifications[NOTIFICATIONS_MAX];
static char log_lines[LOG_LINES][SYSTEM_LOG_MAX];
static unsigned log_count;
static struct device console;
static int status_of_machine, is_over;

/* What happened: kept for who asks, and said on the boot console. */
static void __attribute__((format(printf, 1, 2))) tell(const char *format, ...)
{
	char *line = log_lines[log_count++ % LOG_LINES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, SYSTEM_LOG_MAX, format, arguments);
	va_end(arguments);
}

static void say_last(void)
{
	const char *line = log_lines[(log_count - 1) % LOG_LINES];

	printf("init: %s\n", line);
	fflush(stdout);
}

static struct service *find_service(const char *name)
{
	for (unsigned i = 0; i < service_count; i++)
		if (strncmp(services[i].wish.name, name, SYSTEM_NAME_MAX) == 0)
			return &services[i];
	return NULL;
}

static cptr_t find_notification(const char *name)
{
	unsigned i = 0;

	for (; i < NOTIFICATIONS_MAX && notifications[i].cap; i++)
		if (strcmp(notifications[i].name, name) == 0)
			return notifications[i].cap;
	if (i == NOTIFICATIONS_MAX ||
		object_create(OBJECT_NOTIFICATION, 0, &notifications[i].cap) != ST_OK)
		return 0;
	strcpy(notifications[i].name, name);
	return notifications[i].cap;
}

/* The capability that a line of the manifest speaks of. */
static struct process_cap grant(const struct service *to, const struct grant *wanted)
{
	const word_t call = RIGHT_WRITE | RIGHT_GRANT_REPLY;
	const word_t number = (word_t)(to - services) + 1;
	const struct service *from = find_service(wanted->from);

	if (wanted->kind != GRANT_CALL)
		return (struct process_cap){wanted->name, find_notification(wanted->from),
			wanted->kind == GRANT_HEAR ? RIGHT_READ : RIGHT_WRITE,
			wanted->kind == GRANT_HEAR ? 0 : 1};
	if (strcmp(wanted->from, "init") == 0)
		return (struct process_cap){wanted->name, control, call, ASKS + number};
	return (struct process_cap){wanted->name, from ? from->endpoint : 0, call, number};
}

static unsigned gather_caps(const struct service *service, struct process_cap *caps)
{
	const struct wish *wish = &service->wish;
	unsigned count = 0;

	if (wish->serves)
		caps[count++] = (struct process_cap){"serve", service->endpoint, RIGHT_READ, 0};
	if (wish->has_console) {
		caps[count++] =
			(struct process_cap){"registers", console.memory, RIGHTS_ALL, 0};
		caps[count++] = (struct process_cap){"irq", console.irq, RIGHTS_ALL, 0};
		caps[count++] = (struct process_cap){"tree", ROOT_SLOT_TREE, RIGHTS_ALL, 0};
	}
	for (unsigned i = 0; i < wish->grant_count; i++)
		caps[count++] = grant(service, &wish->grant[i]);
	return count;
}

static status_t spawn(struct service *service)
{
	const struct wish *wish = &service->wish;
	struct process_cap caps[SERVICE_CAPS_MAX + 4];
	const char *arguments[SERVICE_ARGUMENTS_MAX + 2] = {wish->name};
	struct process_options options = {
		.name = wish->name,
		.arguments = arguments,
		.caps = caps,
		.caps_count = gather_caps(service, caps),
		.flags = wish->sees_archive ? PROCESS_ARCHIVE : 0,
		.memory_bits = wish->memory_bits,
		.objects_bits = wish->objects_bits,
		.control = control,
		.badge = (word_t)(service - services) + 1,
	};

	for (unsigned i = 0; i < wish->argument_count; i++)
		arguments[i + 1] = wish->argument[i];
	return process_spawn(wish->program, &options, &service->process);
}

static void start(struct service *service)
{
	status_t st = spawn(service);

	if (st != ST_OK) {
		tell("%s cannot be started: %s", service->wish.name, status_text(st));
		say_last();
	}
}

/* The spawned one is golden from now on; a clone of it serves. */
static void become_golden(struct service *service)
{
	struct process_options options = {
		.control = control,
		.badge = (word_t)(service - services) + 1,
	};
	cptr_t other;
	status_t st = object_create(OBJECT_REPLY, 0, &other);

	if (st != ST_OK) { /* it serves itself, and is not begun anew */
		(void)process_go(&service->process, 0);
		return;
	}
	reply = other; /* in the one before it waits for good */
	service->golden = service->process;
	st = process_clone(&service->golden, &options, &service->process);
	if (st != ST_OK) {
		tell("%s cannot be cloned: %s", service->wish.name, status_text(st));
		say_last();
	}
}

static void begin_anew(struct service *service)
{
	uint64_t before = clock_ns();
	status_t st = process_restart(&service->process);

	service->restart_ns = clock_ns() - before;
	service->restarts++;
	if (st == ST_OK)
		tell("%s begun anew from its golden snapshot in %lu us", service->wish.name,
			(unsigned long)(service->restart_ns / 1000));
	else
		tell("%s cannot be begun anew: %s", service->wish.name, status_text(st));
	say_last();
}

static void ended(struct service *service, const struct process_event *event)
{
	if (event->state == PROCESS_CRASHED)
		process_print(&service->process, event);
	if (service->wish.ends) {
		is_over = 1;
		status_of_machine = event->state == PROCESS_EXITED ? event->status : 139;
		return;
	}
	if (event->state == PROCESS_EXITED)
		tell("%s exited with status %d", service->wish.name, event->status);
	else
		tell("%s %s", service->wish.name,
			event->state == PROCESS_CRASHED ? "crashed" : "was killed");
	if (service->wish.restarts && service->process.golden)
		begin_anew(service);
	else
		process_destroy(&service->process);
}

static int is_alive(const struct process *process)
{
	return process->state == PROCESS_RUNS || process->state == PROCESS_WAITS;
}

/* A message of a service about itself; who lives on its capability after its end is nobody. */
static void happened(struct service *service, const struct message *message)
{
	struct process_event event;

	if (!is_alive(&service->process))
		return;
	service->process.reply = reply;
	process_handle(&service->process, message, &event);
	if (event.state != PROCESS_WAITS)
		ended(service, &event);
	else if (service->wish.restarts && !service->process.golden)
		become_golden(service);
	else
		(void)process_go(&service->process, service->process.generation);
}

static void describe(const struct service *service, struct system_service *out)
{
	struct pool_info info = {0};

	*out = (struct system_service){
		.state = service->process.state,
		.restarts = service->restarts,
		.restart_ns = service->restart_ns,
	};
	memcpy(out->name, service->wish.name, SYSTEM_NAME_MAX);
	if (service->process.state != PROCESS_NONE) {
		out->memory = UINT64_C(1) << service->process.memory_bits;
		(void)pool_info(service->process.pool, &info);
	}
	if (service->golden.state != PROCESS_NONE)
		out->memory += UINT64_C(1) << service->golden.memory_bits;
	out->pages = info.pages + info.tables;
}

static void add_up(struct system_memory *out)
{
	const struct bootinfo *info = boot_info();
	const int64_t pool = cap_info(ROOT_SLOT_POOL_MEMORY);
	uint64_t handed_out = 0;

	*out = (struct system_memory){.total = info->memory_bytes};
	for (uint32_t i = 0; i < info->untyped_count; i++) {
		int64_t rest = untyped_free(info->untyped_first + i);

		if (info->untyped[i].device)
			continue;
		handed_out += UINT64_C(1) << info->untyped[i].size_bits;
		out->free += rest > 0 ? (uint64_t)rest : 0;
	}
	for (unsigned i = 0; i < service_count; i++) {
		struct system_service one;

		describe(&services[i], &one);
		out->services += one.memory;
	}
	if (pool > 0)
		handed_out += UINT64_C(1) << cap_info_size(pool);
	out->boot = out->total - handed_out;
	out->init = handed_out - out->services - out->free;
}

static void answer(status_t st, const void *bytes, size_t size)
{
	struct message message = {0};

	stream_pack(&message, 0, (word_t)(uint32_t)st, bytes, st == ST_OK ? size : 0);
	(void)ipc_reply(reply, &message);
}

static void answer_lookup(const char *name)
{
	const struct service *service = find_service(name);
	struct message message = {.tag = tag_make(0, 1, 1)};
	status_t st;

	if (!service || !service->endpoint) {
		answer(ST_NOT_FOUND, "", 0);
		return;
	}
	st = cap_copy(answer_slot, service->endpoint, RIGHT_WRITE | RIGHT_GRANT_REPLY);
	if (st != ST_OK) {
		answer(st, "", 0);
		return;
	}
	ipc_send_cap(0, answer_slot, RIGHTS_ALL);
	(void)ipc_reply(reply, &message);
	(void)cap_delete(answer_slot);
}

static void answer_log(word_t number)
{
	unsigned first = log_count > LOG_LINES ? log_count - LOG_LINES : 0;

	if (number >= log_count - first)
		answer(ST_NOT_FOUND, "", 0);
	else
		answer(ST_OK, log_lines[(first + number) % LOG_LINES], SYSTEM_LOG_MAX);
}

/* Pool 0 is init's own; each service has two, of which one may not be there. */
static status_t find_pool(word_t number, cptr_t *pool_out, struct system_vmo *out)
{
	const struct service *service = &services[(number - 1) / 2];
	const int is_golden = number % 2 == 0;
	const struct process *process;

	if (number > 2 * (word_t)service_count)
		return ST_OUT_OF_RANGE;
	if (number == 0) {
		*pool_out = ROOT_SLOT_POOL;
		strcpy(out->pool, "init");
		return ST_OK;
	}
	process = is_golden ? &service->golden : &service->process;
	*pool_out = process->pool;
	snprintf(out->pool, sizeof(out->pool), "%s%s", service->wish.name,
		is_golden ? ", golden" : "");
	return process->state == PROCESS_NONE ? ST_NOT_FOUND : ST_OK;
}

static void answer_vmo(word_t number, const char *bytes)
{
	struct system_vmo vmo = {0};
	uint64_t after;
	cptr_t pool = 0;
	status_t st = find_pool(number, &pool, &vmo);

	memcpy(&after, bytes, sizeof(after));
	if (st == ST_OK)
		st = pool_vmo(pool, after, &vmo.info);
	answer(st, &vmo, sizeof(vmo));
}

static void kill_service(const char *name)
{
	struct service *service = find_service(name);
	struct process_event event = {.state = PROCESS_KILLED};

	if (!service || service->process.state == PROCESS_NONE) {
		answer(ST_NOT_FOUND, "", 0);
		return;
	}
	answer(process_kill(&service->process), "", 0);
	ended(service, &event);
}

static void asked(const struct message *message)
{
	char text[TEXT_MAX] = {0};
	struct system_service service;
	struct system_memory memory;

	stream_unpack(message, text, sizeof(text) - 1);
	switch (tag_label(message->tag)) {
	case SYSTEM_LOOKUP:
		answer_lookup(text);
		break;
	case SYSTEM_SERVICE:
		if (message->words[0] < service_count)
			describe(&services[message->words[0]], &service);
		answer(message->words[0] < service_count ? ST_OK : ST_NOT_FOUND, &service,
			sizeof(service));
		break;
	case SYSTEM_MEMORY:
		add_up(&memory);
		answer(ST_OK, &memory, sizeof(memory));
		break;
	case SYSTEM_KILL:
		kill_service(text);
		break;
	case SYSTEM_LOG:
		answer_log(message->words[0]);
		break;
	case SYSTEM_VMO:
		answer_vmo(message->words[0], text);
		break;
	case SYSTEM_END:
		is_over = 1;
		status_of_machine = (int)message->words[0];
		break;
	default:
		answer(ST_NOT_SUPPORTED, "", 0);
	}
}

static int read_manifest(void)
{
	struct archive_file file;
	char wrong[64];
	int count;

	if (!archive_find("manifest", &file)) {
		printf("init: no manifest in the archive\n");
		return 0;
	}
	count = manifest_read(file.data, file.size, wishes, wrong);
	if (count < 0) {
		printf("init: manifest, %s\n", wrong);
		return 0;
	}
	service_count = (unsigned)count;
	for (unsigned i = 0; i < service_count; i++)
		services[i].wish = wishes[i];
	return 1;
}

static int make_objects(void)
{
	answer_slot = slot_alloc();
	if (object_create(OBJECT_ENDPOINT, 0, &control) != ST_OK ||
		object_create(OBJECT_REPLY, 0, &reply) != ST_OK)
		return 0;
	for (unsigned i = 0; i < service_count; i++)
		if (services[i].wish.serves &&
			object_create(OBJECT_ENDPOINT, 0, &services[i].endpoint) != ST_OK)
			return 0;
	return device_open(serial_console(), &console) == ST_OK;
}

/*
 * Whoever is left without an answer gets one that says nothing: nothing more can be received
 * while somebody waits for it.
 */
static void answer_others(void)
{
	const struct message nothing = {0};

	(void)ipc_reply(reply, &nothing);
}

int services_run(void)
{
	struct message message = {0};

	if (!read_manifest() || !make_objects())
		return 1;
	for (unsigned i = 0; i < service_count; i++)
		start(&services[i]);
	while (!is_over && ipc_recv(control, reply, &message) == ST_OK) {
		if (message.badge > ASKS)
			asked(&message);
		else if (message.badge > 0 && message.badge <= service_count)
			happened(&services[message.badge - 1], &message);
		answer_others();
	}
	return status_of_machine;
}
