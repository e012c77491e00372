/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The console: drives the serial line by interrupt, and serves it as a stream to whoever has a
 * capability to its endpoint.
 *
 *	line -> input ring -> STREAM_READ_KEYS: bytes as they were typed (the shell edits itself)
 *	                   -> STREAM_READ: lines, with echo, backspace, Ctrl-U, Ctrl-D
 *	line <- serial's buffer <- STREAM_WRITE, "\n" as "\r\n"
 *
 * Who asks for bytes that have not come, or writes more than there is room for, waits for the
 * answer in a reply object of its own. The ring holds all that a person may paste; when it is
 * full the line holds the sender up, so nothing is lost.
 *
 * Ctrl-C goes to who reads keys, as a byte; else it signals "interrupt", and what was typed
 * before it is dropped. Who has asked for keys reads them until a line's end is given to it: in
 * between it may be drawing what it was given, and what comes then is for it all the same. So is
 * what comes behind a Ctrl-C that ends what runs: a program that was killed while it waited for a
 * line must not take one along.
 *
 * It holds nothing that must live on: begun anew from its golden snapshot it opens the line
 * again, and those that waited for answers ask once more (libsys/stream.h).
 */
#include <stdbool.h>
#include <string.h>

#include "libsys/cap.h"
#include "libsys/drivers/serial.h"
#include "libsys/notification.h"
#include "libsys/slots.h"
#include "libsys/startup.h"
#include "libsys/stream.h"
#include "libsys/thread.h"
#include "libsys/untyped.h"

enum {
	WAITING_MAX = 16,
	RING = 1 << 19, /* bytes of input */
	LINE_MAX_ = 512,
	CTRL_C = 3,
	CTRL_D = 4,
	CTRL_U = 0x15,
};

/* Somebody who waits for an answer. */
struct waiting {
	cptr_t reply;
	unsigned label; /* 0: nobody */
	uint64_t turn;	/* counts up with each that comes */
	size_t size;	/* wanted; of a writer: still to be written */
	size_t done;
	uint8_t bytes[STREAM_MAX];
};

static struct waiting waiting[WAITING_MAX];
static struct serial line;
static cptr_t endpoint, notification, interrupt;
static uint8_t ring[RING];
static uint32_t ring_head, ring_tail;
static char edited[LINE_MAX_];
static size_t edited_length, edited_given; /* a reader may want less than a line */
static bool is_complete;		   /* and it is to be given */
static uint64_t turns;
static bool reads_keys;

static bool open_line(void)
{
	static const char *const kinds[] = {"arm,pl011", "brcm,bcm2835-aux-uart"};
	tree_node node =
		device_tree_adopt(startup_cap("tree")) == ST_OK ? serial_console() : TREE_NONE;
	cptr_t badged = slot_alloc();
	struct tree_range range;
	struct device device;

	if (!tree_reg(node, 0, &range) ||
		object_create(OBJECT_NOTIFICATION, 0, &notification) != ST_OK ||
		cap_mint(badged, notification, RIGHTS_ALL, 1) != ST_OK ||
		thread_bind(ROOT_SLOT_THREAD, notification) != ST_OK ||
		device_adopt(startup_cap("registers"), range.base % PAGE_SIZE, range,
			startup_cap("irq"), &device) != ST_OK)
		return false;
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (tree_is_compatible(node, kinds[i]) &&
			serial_open_device(&device, kinds[i], badged, &line) == ST_OK)
			return true;
	return false;
}

/* The one that waits longest: who comes again and again is served no oftener than others. */
static struct waiting *find_waiting(unsigned label)
{
	struct waiting *found = NULL;

	for (struct waiting *who = waiting; who < waiting + WAITING_MAX; who++)
		if (who->label == label && (!found || who->turn < found->turn))
			found = who;
	return found;
}

static void answer(struct waiting *who, size_t count, const void *bytes, size_t size)
{
	struct message message = {0};

	stream_pack(&message, 0, count, bytes, size);
	(void)ipc_reply(who->reply, &message);
	who->label = 0;
}

/* Nobody waits for these: what there is no room for is not echoed. */
static void echo(const char *text, size_t size)
{
	(void)serial_write(&line, text, size);
}

static void drop_line(void)
{
	edited_length = edited_given = 0;
	is_complete = false;
}

/* Of a character in UTF-8 all bytes: those behind its first are 10xxxxxx. */
static void erase_one(void)
{
	if (edited_length == 0)
		return;
	while (--edited_length > 0 && (edited[edited_length] & 0xc0) == 0x80)
		;
	echo("\b \b", 3);
}

/* A byte of a line that is being edited; true: the line is complete. */
static bool edit(uint8_t byte)
{
	char c = byte == '\r' ? '\n' : (char)byte;

	if (byte == CTRL_D)
		return true;
	if (byte == '\b' || byte == 0x7f) {
		erase_one();
	} else if (byte == CTRL_U) {
		while (edited_length > 0)
			erase_one();
	} else if (c == '\n') {
		echo("\r\n", 2);
		edited[edited_length++] = c;
		return true;
	} else if ((byte >= ' ' || byte == '\t') && edited_length < LINE_MAX_ - 1) {
		echo(&c, 1);
		edited[edited_length++] = c;
	}
	return false;
}

/* What a reader of lines wants of the line; once all is given the next one is edited. */
static void give_line(struct waiting *who)
{
	size_t left = edited_length - edited_given;
	size_t count = left < who->size ? left : who->size;

	answer(who, count, edited + edited_given, count);
	edited_given += count;
	if (edited_given == edited_length)
		drop_line();
}

/*
 * Give a reader what there is, if there is something for it. Of keys up to a line's end: what
 * follows may be for a program that this line starts.
 */
static void serve_reader(void)
{
	struct waiting *keys = find_waiting(STREAM_READ_KEYS),
		       *lines = find_waiting(STREAM_READ);
	uint8_t bytes[STREAM_MAX];
	bool ends_line = false;
	size_t count = 0;

	if (keys) {
		while (count < keys->size && ring_tail != ring_head && !ends_line) {
			bytes[count] = ring[ring_tail++ % RING];
			ends_line = bytes[count] == '\r' || bytes[count] == '\n';
			count++;
		}
		if (count > 0)
			answer(keys, count, bytes, count);
		reads_keys = !ends_line;
		return;
	}
	while (lines && !reads_keys && (is_complete || ring_tail != ring_head)) {
		if (!is_complete)
			is_complete = edit(ring[ring_tail++ % RING]);
		if (is_complete)
			give_line(lines);
		lines = find_waiting(STREAM_READ);
	}
}

/* Ctrl-C while nobody reads keys ends what runs, with what was typed for it. */
static void take_byte(uint8_t byte)
{
	if (byte == CTRL_C && interrupt && !reads_keys) {
		ring_tail = ring_head;
		drop_line();
		reads_keys = true;
		echo("^C\r\n", 4);
		(void)notification_signal(interrupt);
		return;
	}
	ring[ring_head++ % RING] = byte;
}

static void take_input(void)
{
	uint8_t bytes[256];
	size_t room, some;

	while ((room = RING - (ring_head - ring_tail)) > 0) {
		some = serial_read(&line, bytes, room < sizeof(bytes) ? room : sizeof(bytes));
		if (some == 0)
			break;
		for (size_t i = 0; i < some; i++)
			take_byte(bytes[i]);
	}
}

/* Whole characters: where a line ends there must be room for two bytes. */
static void serve_writers(void)
{
	struct waiting *who;

	while ((who = find_waiting(STREAM_WRITE))) {
		while (who->done < who->size && serial_room(&line) >= 2) {
			char c = (char)who->bytes[who->done++];

			(void)serial_write(&line, c == '\n' ? "\r\n" : &c, c == '\n' ? 2 : 1);
		}
		if (who->done < who->size)
			return;
		answer(who, who->size, "", 0);
	}
}

/* Who reads keys is at its prompt: nothing that it started reads any more. */
static void end_lines(void)
{
	struct waiting *who;

	while ((who = find_waiting(STREAM_READ)))
		answer(who, 0, "", 0);
	drop_line();
}

static void take_message(struct waiting *who, const struct message *message)
{
	unsigned label = tag_label(message->tag);

	if (label == STREAM_READ_KEYS) {
		end_lines();
		reads_keys = true;
	}
	who->size = message->words[0] < STREAM_MAX ? message->words[0] : STREAM_MAX;
	who->done = 0;
	if (label == STREAM_WRITE)
		who->size = stream_unpack(message, who->bytes, who->size);
	else if (label != STREAM_READ && label != STREAM_READ_KEYS) {
		answer(who, 0, "", 0);
		return;
	}
	who->label = label;
	who->turn = turns++;
	if (who->size == 0)
		answer(who, 0, "", 0);
}

/* With nowhere to keep one more that waits, only the line is listened to. */
static void serve(void)
{
	struct waiting *who = find_waiting(0);
	struct message message = {0};
	word_t bits;

	if (!who) {
		if (notification_wait(notification, &bits) == ST_OK)
			serial_interrupt(&line);
	} else if (ipc_recv(endpoint, who->reply, &message) != ST_OK) {
		startup_exit(1);
	} else if (message.tag & TAG_NOTIFICATION) {
		serial_interrupt(&line);
	} else {
		take_message(who, &message);
	}
	take_input();
	serve_reader();
	serve_writers();
}

int main(void)
{
	endpoint = startup_cap("serve");
	interrupt = startup_cap("interrupt");
	(void)startup_ready(); /* each life opens the line */
	for (unsigned i = 0; i < WAITING_MAX; i++)
		if (object_create(OBJECT_REPLY, 0, &waiting[i].reply) != ST_OK)
			return 1;
	if (!open_line())
		return 1;
	take_input();
	for (;;)
		serve();
}
