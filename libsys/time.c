/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Clocks: CLOCK_MONOTONIC is clock_ns(); CLOCK_REALTIME is the same and what settimeofday()
 * or clock_settime() added. No board here has a clock of its own that goes on without power:
 * until somebody sets it, it is 1970. All sleeping is the kernel's, to the nanosecond.
 */
#include <errno.h>
#include <sched.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include "files/calls.h"
#include "libsys/clock.h"
#include "libsys/deadline.h"
#include "libsys/syscalls.h"

enum { NS_PER_US = 1000, US_PER_S = 1000000 };
#define NS_PER_S INT64_C(1000000000)

static int64_t realtime_offset; /* in ns */

static struct timespec timespec_of(int64_t ns)
{
	return (struct timespec){
		.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};
}

static int64_t offset_of(clockid_t clock)
{
	return clock == CLOCK_REALTIME ? __atomic_load_n(&realtime_offset, __ATOMIC_RELAXED) :
					 0;
}

static int is_clock(clockid_t clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC;
}

static int fail(int error)
{
	errno = error;
	return -1;
}

static int is_time(const struct timespec *time)
{
	return time->tv_nsec >= 0 && time->tv_nsec < NS_PER_S;
}

/* What is too far away is never. */
static uint64_t ns_of(const struct timespec *time)
{
	int64_t ns;

	if (time->tv_sec < 0)
		return 0;
	if (__builtin_mul_overflow((int64_t)time->tv_sec, NS_PER_S, &ns) ||
		__builtin_add_overflow(ns, (int64_t)time->tv_nsec, &ns))
		return UINT64_MAX;
	return (uint64_t)ns;
}

int deadline_of(clockid_t clock, const struct timespec *time, uint64_t *deadline_out)
{
	int64_t offset = offset_of(clock);
	uint64_t ns;

	if (!is_clock(clock) || !is_time(time))
		return EINVAL;
	ns = ns_of(time);
	if (ns == UINT64_MAX)
		*deadline_out = UINT64_MAX - 1; /* FUTEX_FOREVER would never time out */
	else
		*deadline_out = (int64_t)ns > offset ? ns - (uint64_t)offset : 0;
	return 0;
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
	if (!is_clock(clock))
		return fail(EINVAL);
	*time = timespec_of((int64_t)clock_ns() + offset_of(clock));
	return 0;
}

int clock_settime(clockid_t clock, const struct timespec *time)
{
	if (clock != CLOCK_REALTIME || !is_time(time) || time->tv_sec < 0 ||
		ns_of(time) == UINT64_MAX)
		return fail(EINVAL);
	__atomic_store_n(
		&realtime_offset, (int64_t)ns_of(time) - (int64_t)clock_ns(), __ATOMIC_RELAXED);
	return 0;
}

int clock_getres(clockid_t clock, struct timespec *resolution)
{
	uint64_t hz = clock_frequency();

	if (!is_clock(clock))
		return fail(EINVAL);
	if (resolution)
		*resolution = timespec_of((NS_PER_S + (int64_t)hz - 1) / (int64_t)hz);
	return 0;
}

int clock_nanosleep(
	clockid_t clock, int flags, const struct timespec *time, struct timespec *rest)
{
	uint64_t deadline;

	(void)rest; /* nothing interrupts */
	if (!is_clock(clock) || !is_time(time) || time->tv_sec < 0)
		return EINVAL;
	if (flags & TIMER_ABSTIME) {
		(void)deadline_of(clock, time, &deadline);
		clock_sleep_until(deadline);
	} else {
		clock_sleep_ns(ns_of(time));
	}
	return 0;
}

int nanosleep(const struct timespec *time, struct timespec *rest)
{
	int error = clock_nanosleep(CLOCK_MONOTONIC, 0, time, rest);

	return error ? fail(error) : 0;
}

unsigned sleep(unsigned seconds)
{
	clock_sleep_ns((uint64_t)seconds * (uint64_t)NS_PER_S);
	return 0;
}

int usleep(useconds_t us)
{
	clock_sleep_ns((uint64_t)us * NS_PER_US);
	return 0;
}

int _gettimeofday(struct timeval *time, void *zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	time->tv_sec = now.tv_sec;
	time->tv_usec = (suseconds_t)(now.tv_nsec / NS_PER_US);
	return 0;
}

int settimeofday(const struct timeval *time, const struct timezone *zone)
{
	struct timespec now = {.tv_sec = time->tv_sec, .tv_nsec = time->tv_usec * NS_PER_US};

	(void)zone;
	return clock_settime(CLOCK_REALTIME, &now);
}

/* The time that has passed: what each thread used is not counted. */
clock_t _times(struct tms *times)
{
	clock_t ticks = (clock_t)(clock_ns() / (uint64_t)(NS_PER_S / CLOCKS_PER_SEC));

	*times = (struct tms){.tms_utime = ticks};
	return ticks;
}

int sched_yield(void)
{
	sys_yield();
	return 0;
}
