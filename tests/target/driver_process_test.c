/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/* A driver in a program of its own: what it needs is handed to it, and it may die. */
#include <stdio.h>

#include "libsys/boot.h"
#include "libsys/drivers/serial.h"
#include "libsys/process.h"
#include "objects.h"

enum { GOOD = 7 };

static struct device device;
static struct process process;
static struct process_event event;

static void run(const char *what)
{
	const char *arguments[] = {"driver", what, NULL};
	const struct process_cap caps[] = {
		{"registers", device.memory, RIGHTS_ALL, 0},
		{"irq", device.irq, RIGHTS_ALL, 0},
		{"tree", ROOT_SLOT_TREE, RIGHTS_ALL, 0},
	};
	const struct process_options options = {
		.arguments = arguments, .caps = caps, .caps_count = 3};

	REQUIRE(process_spawn("driver", &options, &process) == ST_OK);
	EXPECT_EQ(process_wait(&process, NULL, &event), ST_OK);
	EXPECT_EQ(process_destroy(&process), ST_OK);
}

TEST(driver_process, works_with_what_it_was_given_and_nothing_else)
{
	REQUIRE(device_open(serial_console(), &device) == ST_OK);
	run("drive");
	EXPECT_EQ(event.state, PROCESS_EXITED);
	EXPECT_EQ(event.status, GOOD);
	device_close(&device);
}

/* Registers and line are the machine's again when it is gone, whatever it was doing. */
TEST(driver_process, that_crashes_is_begun_anew)
{
	REQUIRE(device_open(serial_console(), &device) == ST_OK);
	for (int i = 0; i < 3; i++) {
		run("crash");
		EXPECT_EQ(event.state, PROCESS_CRASHED);
		EXPECT_EQ(event.words[FAULT_WORD_ADDRESS], 8);
	}
	run("drive");
	EXPECT_EQ(event.state, PROCESS_EXITED);
	EXPECT_EQ(event.status, GOOD);
	device_close(&device);
}
