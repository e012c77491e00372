/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The Raspberry Pi's own devices, as far as QEMU models them. With the boot argument "screen"
 * the picture stays until a byte is typed: the script with_devices looks at it meanwhile. With
 * "restart" the board is restarted.
 */
#include <stdio.h>

#include "libsys/boot.h"
#include "libsys/clock.h"
#include "libsys/drivers/drivers.h"
#include "libsys/drivers/framebuffer.h"
#include "libsys/drivers/gpio.h"
#include "libsys/drivers/sdhci.h"
#include "libsys/drivers/system_timer.h"
#include "libsys/drivers/watchdog.h"
#include "objects.h"

enum {
	DMA_BITS = 16,
	PIN = 21, /* nothing else uses it */
	WIDTH = 640,
	HEIGHT = 480,
	INK = 0xffd040,
	PAPER = 0x102040,
	MS = 1000000,
};

TEST(gpio, functions_pulls_and_levels_are_read_back)
{
	struct gpio gpio;

	REQUIRE(gpio_open(&gpio) == ST_OK);
	for (unsigned pin = PIN; pin < PIN + 3; pin++) {
		enum gpio_function before = gpio_function(&gpio, pin);

		EXPECT_EQ(gpio_set_function(&gpio, pin, GPIO_ALT5), ST_OK);
		EXPECT_EQ(gpio_function(&gpio, pin), GPIO_ALT5);
		EXPECT_EQ(gpio_set_function(&gpio, pin, GPIO_OUTPUT), ST_OK);
		EXPECT_EQ(gpio_function(&gpio, pin), GPIO_OUTPUT);
		EXPECT_EQ(gpio_write(&gpio, pin, 1), ST_OK);
		EXPECT_EQ(gpio_read(&gpio, pin), 1);
		EXPECT_EQ(gpio_write(&gpio, pin, 0), ST_OK);
		EXPECT_EQ(gpio_read(&gpio, pin), 0);
		EXPECT_EQ(gpio_set_pull(&gpio, pin, GPIO_PULL_UP), ST_OK);
		EXPECT_EQ(gpio_pull(&gpio, pin), GPIO_PULL_UP);
		EXPECT_EQ(gpio_set_pull(&gpio, pin, GPIO_PULL_DOWN), ST_OK);
		EXPECT_EQ(gpio_pull(&gpio, pin), GPIO_PULL_DOWN);
		EXPECT_EQ(gpio_set_pull(&gpio, pin, GPIO_PULL_NONE), ST_OK);
		EXPECT_EQ(gpio_pull(&gpio, pin), GPIO_PULL_NONE);
		EXPECT_EQ(gpio_set_function(&gpio, pin, before), ST_OK);
		EXPECT_EQ(gpio_function(&gpio, pin), before);
	}
	gpio_close(&gpio);
}

TEST(gpio, refuses_pins_that_are_none)
{
	struct gpio gpio;

	REQUIRE(gpio_open(&gpio) == ST_OK);
	EXPECT_EQ(gpio_set_function(&gpio, GPIO_PINS, GPIO_INPUT), ST_OUT_OF_RANGE);
	EXPECT_EQ(gpio_set_function(&gpio, PIN, (enum gpio_function)8), ST_OUT_OF_RANGE);
	EXPECT_EQ(gpio_set_pull(&gpio, GPIO_PINS, GPIO_PULL_UP), ST_OUT_OF_RANGE);
	EXPECT_EQ(gpio_set_pull(&gpio, PIN, (enum gpio_pull)3), ST_OUT_OF_RANGE);
	EXPECT_EQ(gpio_write(&gpio, GPIO_PINS, 1), ST_OUT_OF_RANGE);
	EXPECT_EQ(gpio_read(&gpio, GPIO_PINS), 0);
	gpio_close(&gpio);
}

static struct dma_pool memory;
static struct mailbox mailbox;

static void mailbox_set_up(void)
{
	REQUIRE(dma_pool_create(MAILBOX_LIMIT, DMA_BITS, &memory) == ST_OK);
	REQUIRE(mailbox_open(&memory, &mailbox) == ST_OK);
}

static void mailbox_tear_down(void)
{
	mailbox_close(&mailbox);
	dma_pool_delete(&memory);
}

TEST(mailbox, tells_of_the_board)
{
	uint32_t value = 0, base = 1, size = 0;

	mailbox_set_up();
	EXPECT_EQ(mailbox_value(&mailbox, MAILBOX_BOARD_REVISION, 0, 0, &value), ST_OK);
	EXPECT_EQ(value >> 4 & 0xff, 0x11); /* a Model 4B, by the new style of numbers */
	EXPECT_EQ(value >> 12 & 0xf, 3);    /* BCM2711 */
	EXPECT_EQ(mailbox_value(&mailbox, MAILBOX_TEMPERATURE, 0, 1, &value), ST_OK);
	EXPECT(value > 1000 && value < 100000);
	EXPECT_EQ(mailbox_value(&mailbox, MAILBOX_TEMPERATURE_MAX, 0, 1, &value), ST_OK);
	EXPECT(value >= 80000 && value < 120000);
	EXPECT_EQ(mailbox_value(&mailbox, MAILBOX_CLOCK_RATE, MAILBOX_CLOCK_ARM, 1, &value),
		ST_OK);
	EXPECT(value >= 500000000 && value <= 2000000000);
	EXPECT_EQ(mailbox_value(&mailbox, MAILBOX_CLOCK_RATE, MAILBOX_CLOCK_UART, 1, &value),
		ST_OK);
	EXPECT(value >= 3000000 && value <= 50000000);
	EXPECT_EQ(mailbox_value(&mailbox, MAILBOX_ARM_MEMORY, 0, 0, &base), ST_OK);
	EXPECT_EQ(mailbox_value(&mailbox, MAILBOX_ARM_MEMORY, 0, 1, &size), ST_OK);
	EXPECT_EQ(base, 0);
	EXPECT_EQ(mailbox_value(&mailbox, MAILBOX_VIDEOCORE_MEMORY, 0, 0, &value), ST_OK);
	EXPECT_EQ(value, size); /* the VideoCore's begins where the ARM's ends */
	mailbox_tear_down();
}

TEST(mailbox, answers_several_questions_and_says_which_not)
{
	struct mailbox_question questions[3] = {
		{.tag = MAILBOX_CLOCK_RATE, .values = {MAILBOX_CLOCK_EMMC2}, .count = 2},
		{.tag = 0x0007ffff, .count = 1},
		{.tag = MAILBOX_ARM_MEMORY, .count = 2},
	};

	mailbox_set_up();
	EXPECT_EQ(mailbox_ask(&mailbox, questions, 3), ST_OK);
	EXPECT(questions[0].is_answered && questions[2].is_answered);
	EXPECT_EQ(questions[0].values[0], MAILBOX_CLOCK_EMMC2);
	EXPECT(questions[2].values[1] > 100 << 20);
	questions[0].count = MAILBOX_VALUES_MAX + 1;
	EXPECT_EQ(mailbox_ask(&mailbox, questions, 1), ST_OUT_OF_RANGE);
	mailbox_tear_down();
}

TEST(mailbox, wants_memory_that_the_videocore_sees)
{
	REQUIRE(dma_pool_create(MAILBOX_LIMIT, DMA_BITS, &memory) == ST_OK);
	EXPECT_EQ(mailbox_open(&memory, &mailbox), ST_OK);
	EXPECT(mailbox.message.address < MAILBOX_LIMIT);
	mailbox_tear_down();
}

TEST(system_timer, counts_microseconds)
{
	struct system_timer timer;
	uint64_t before, after, ns;

	REQUIRE(system_timer_open(SYSTEM_TIMER_CHANNEL, 0, &timer) == ST_OK);
	ns = clock_ns();
	before = system_timer_us(&timer);
	clock_sleep_ns(20 * MS);
	after = system_timer_us(&timer);
	ns = clock_ns() - ns;
	EXPECT(after - before >= 19000);
	EXPECT(after - before <= ns / 1000 + 1000);
	system_timer_close(&timer);
}

TEST(system_timer, matches_once_when_its_time_has_come)
{
	struct system_timer timer;

	REQUIRE(system_timer_open(3, 0, &timer) == ST_OK);
	system_timer_set(&timer, 10000);
	EXPECT(!system_timer_has_matched(&timer));
	clock_sleep_ns(20 * MS);
	EXPECT(system_timer_has_matched(&timer));
	EXPECT(!system_timer_has_matched(&timer));
	system_timer_close(&timer);
	EXPECT_EQ(system_timer_open(0, 0, &timer), ST_OUT_OF_RANGE); /* the VideoCore's */
	EXPECT_EQ(system_timer_open(4, 0, &timer), ST_OUT_OF_RANGE);
}

/* Nearer than it takes to tell the compare. */
TEST(system_timer, matches_however_near_its_time_is)
{
	struct system_timer timer;

	REQUIRE(system_timer_open(3, 0, &timer) == ST_OK);
	for (int i = 0; i < 20; i++) {
		system_timer_set(&timer, 1);
		clock_sleep_ns(5 * MS);
		EXPECT(system_timer_has_matched(&timer));
	}
	system_timer_close(&timer);
}

static struct framebuffer framebuffer;

TEST(framebuffer, is_mapped_and_drawn_on)
{
	mailbox_set_up();
	REQUIRE(framebuffer_open(&mailbox, WIDTH, HEIGHT, &framebuffer) == ST_OK);
	framebuffer_fill(&framebuffer, 0, 0, WIDTH, HEIGHT, PAPER);
	framebuffer_fill(&framebuffer, WIDTH - 2, HEIGHT - 2, 10, 10, INK); /* cut off */
	framebuffer_fill(&framebuffer, WIDTH, 0, 1, 1, INK);		    /* outside */
	EXPECT_EQ(framebuffer.pixels[0], PAPER);
	EXPECT_EQ(framebuffer.pixels[(HEIGHT - 1) * framebuffer.pitch + WIDTH - 1], INK);
	EXPECT_EQ(framebuffer.pixels[(HEIGHT - 3) * framebuffer.pitch + WIDTH - 1], PAPER);
	framebuffer_close(&framebuffer);
	mailbox_tear_down();
}

/* What the script draws, too: see with_devices. */
static void draw(struct screen *screen)
{
	static const char rest[] = "\r\nlost\rback\bs \x01";
	char line[64];

	for (int i = 0; i < 40; i++) { /* more than there are rows */
		int length = snprintf(line, sizeof(line), "%d of 40\tQuire\n", i + 1);

		screen_write(screen, line, (size_t)length);
	}
	for (char c = ' '; c <= '~'; c++)
		screen_write(screen, &c, 1);
	screen_write(screen, rest, sizeof(rest) - 1);
	framebuffer_fill(screen->framebuffer, 600, 10, 30, 20, 0xff0000);
	framebuffer_fill(screen->framebuffer, 600, 40, 30, 20, 0x00ff00);
	framebuffer_fill(screen->framebuffer, 600, 70, 30, 20, 0x0000ff);
}

TEST(screen, shows_text)
{
	static struct screen screen;

	mailbox_set_up();
	REQUIRE(framebuffer_open(&mailbox, WIDTH, HEIGHT, &framebuffer) == ST_OK);
	screen_open(&framebuffer, INK, PAPER, &screen);
	EXPECT_EQ(screen.columns, 53);
	EXPECT_EQ(screen.rows, 30);
	draw(&screen);
	if (boot_argument("screen", NULL)) {
		printf("@ screen\n");
		while (sys_debug_read() < 0)
			clock_sleep_ns(MS);
	}
	framebuffer_close(&framebuffer);
	mailbox_tear_down();
}

TEST(screen, on_a_picture_smaller_than_a_character_shows_nothing)
{
	enum { SIDE = 8 };
	static uint32_t pixels[32 * SIDE];
	static struct screen screen;
	struct framebuffer small = {
		.pixels = pixels, .width = SIDE, .height = SIDE, .pitch = SIDE};

	screen_open(&small, INK, PAPER, &screen);
	screen_write(&screen, "two\nlines", 9);
	EXPECT_EQ(pixels[SIDE * SIDE - 1], PAPER);
	for (int i = SIDE * SIDE; i < 32 * SIDE; i++)
		EXPECT_EQ(pixels[i], 0);
}

TEST(watchdog, takes_times_and_is_stopped)
{
	struct watchdog watchdog;

	REQUIRE(watchdog_open(&watchdog) == ST_OK);
	EXPECT_EQ(watchdog_start(&watchdog, 0), ST_OUT_OF_RANGE);
	EXPECT_EQ(watchdog_start(&watchdog, WATCHDOG_MS_MAX + 1), ST_OUT_OF_RANGE);
	if (boot_argument("restart", NULL)) {
		printf("# restarting\n");
		fflush(stdout);
		watchdog_restart(&watchdog);
		clock_sleep_ns(UINT64_C(5000) * MS);
		EXPECT(!"it has not restarted");
	}
	watchdog_close(&watchdog);
}

/* QEMU has both controllers, and no card unless it is told of one. */
TEST(sdcard, is_not_found_where_there_is_none)
{
	struct sdhci card;

	EXPECT_EQ(sdhci_find(), TREE_NONE);
	EXPECT_EQ(sdhci_open(tree_next_compatible(TREE_ROOT, "brcm,bcm2711-emmc2"), &card),
		ST_NOT_FOUND);
	EXPECT_EQ(sdhci_open(tree_find("/chosen"), &card), ST_NOT_FOUND);
}

TEST(drivers, know_every_device_of_the_tree_that_they_serve)
{
	unsigned kinds = 0, count = 0;

	for (tree_node node = driver_next_device(TREE_ROOT); node >= 0;
		node = driver_next_device(node), count++)
		kinds |= 1u << driver_of(node)->kind;
	EXPECT_EQ(kinds,
		1 << DRIVER_SERIAL | 1 << DRIVER_BLOCK | 1 << DRIVER_MAILBOX |
			1 << DRIVER_GPIO | 1 << DRIVER_SYSTEM_TIMER | 1 << DRIVER_WATCHDOG);
	EXPECT_EQ(count, 8);
	EXPECT(!driver_of(tree_find("/cpus")));
}
