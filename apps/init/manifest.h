/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The manifest: a text file of the archive, a line for each service.
 *
 *	NAME [WORD ...]        # the rest of a line is remark
 *
 *	program=FILE           of the archive; else the file of its own name
 *	memory=BITS            2^BITS bytes for it; else 22
 *	objects=BITS           of these for objects
 *	archive                it sees the archive
 *	serves                 it gets an endpoint to receive from, as "serve"; others who use
 *	                       NAME get one to call
 *	uses=NAME              it gets the endpoint of the service NAME, as "NAME"; or "init"
 *	stdio=NAME             the same, as "stdin" and "stdout"
 *	device=console         it gets "registers", "irq" and "tree" of the console's line
 *	signals=NAME           a notification to signal, as "NAME";
 *	hears=NAME             the same one to wait for
 *	restart=never|crash    what follows its end. crash: it is begun anew from its golden
 *	                       snapshot, which is taken when it is ready
 *	ends                   with it ends the machine
 *	argument=TEXT          of its main, after its name
 */
#pragma once

#include "libsys/system.h"

enum { SERVICES_MAX = 12, SERVICE_CAPS_MAX = 12, SERVICE_ARGUMENTS_MAX = 6 };

enum grant_kind {
	GRANT_CALL,   /* the endpoint of a service */
	GRANT_SIGNAL, /* a notification */
	GRANT_HEAR,
};

/* A capability that a service is to get. */
struct grant {
	enum grant_kind kind;
	char from[SYSTEM_NAME_MAX]; /* the service or notification */
	char name[SYSTEM_NAME_MAX]; /* that it gets it by */
};

/* A line. */
struct wish {
	char name[SYSTEM_NAME_MAX];
	char program[SYSTEM_NAME_MAX];
	unsigned memory_bits, objects_bits;
	int sees_archive, serves, restarts, ends, has_console;
	unsigned grant_count, argument_count;
	struct grant grant[SERVICE_CAPS_MAX];
	char argument[SERVICE_ARGUMENTS_MAX][SYSTEM_NAME_MAX];
};

/*
 * manifest_read: what a text says.
 *
 *  wishes    SERVICES_MAX of them
 *  wrong     where the first mistake is, in words; 64 bytes
 *  returns   how many lines name a service; -1: there is a mistake
 */
int manifest_read(const char *text, size_t size, struct wish *wishes, char wrong[64]);
