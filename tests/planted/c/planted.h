/*
 * Marks of a program whose truth is known: when each of its parts begins and ends, by
 * CLOCK_REALTIME, the clock of the tracer's log. Marks are kept in memory that forked
 * children share, and written once the program is ready, so that taking one costs no
 * system call.
 *
 * Every program is called with the file its marks go to as its last argument. It says
 * "ready" on its output when it is.
 */
#ifndef PLANTED_H
#define PLANTED_H

#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MILLISECOND 1000000LL
#define MOST_MARKS 256

struct planted_mark {
	int64_t time_ns;
	const char *name;
};

static struct {
	atomic_int count;
	struct planted_mark marks[MOST_MARKS];
} *planted;

static inline int64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Names must be literals: a forked child's marks are read by its parent. */
static inline void mark_at(const char *name, int64_t time_ns)
{
	int at = atomic_fetch_add(&planted->count, 1);

	if (at < MOST_MARKS)
		planted->marks[at] = (struct planted_mark){time_ns, name};
}

static inline void mark(const char *name)
{
	mark_at(name, now_ns(CLOCK_REALTIME));
}

static inline void planted_begin(void)
{
	planted = mmap(NULL, sizeof *planted, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (planted == MAP_FAILED)
		abort();
	mark("begin");
}

static inline void check(int ok, const char *what)
{
	if (!ok) {
		perror(what);
		_exit(1);
	}
}

static inline void planted_write(const char *path)
{
	FILE *file = fopen(path, "a");
	int count = atomic_load(&planted->count);

	check(file != NULL, path);
	for (int i = 0; i < count && i < MOST_MARKS; i++)
		fprintf(file, "{\"name\": \"%s\", \"time_ns\": %lld}\n",
			planted->marks[i].name, (long long)planted->marks[i].time_ns);
	check(fclose(file) == 0, path);
}

/* The milestone: said on standard output, then marked, then all marks written. */
static inline void ready(const char *path)
{
	check(write(STDOUT_FILENO, "ready\n", 6) == 6, "write");
	mark("ready");
	planted_write(path);
}

static inline void pause_ms(int ms)
{
	struct timespec left = {ms / 1000, ms % 1000 * MILLISECOND};

	while (nanosleep(&left, &left) != 0)
		check(errno == EINTR, "nanosleep");
}

/* Keep a CPU busy without a system call, by the wall clock: other load does not stretch it. */
static inline void spin_ms(int ms)
{
	int64_t end_ns = now_ns(CLOCK_MONOTONIC) + ms * MILLISECOND;

	while (now_ns(CLOCK_MONOTONIC) < end_ns)
		;
}

static inline void marked_pause(const char *begin, int ms, const char *end)
{
	mark(begin);
	pause_ms(ms);
	mark(end);
}

static inline void marked_spin(const char *begin, int ms, const char *end)
{
	mark(begin);
	spin_ms(ms);
	mark(end);
}

#endif
