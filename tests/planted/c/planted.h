/*
 * Marks of a program whose truth is known: what its critical path was doing, from when to when
 * and in which thread, by CLOCK_MONOTONIC; README.md has the format. Marks are kept in memory
 * that forked children share, and written once the program is ready, so that taking one costs no
 * system call but the first one of each thread.
 *
 * Every program is called with the file its marks go to as its last argument. It says "ready" on
 * its output when it is.
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
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MILLISECOND 1000000LL
#define MOST_MARKS 1024
#define LOADED_SINCE "PLANTED_LOADED_SINCE_NS"

/* What a part of the path may be; causes.py says what each is. */
#define SLEEP "sleep"
#define BACK_OFF "back-off"
#define CPU "cpu"
#define PAGE_FAULTS "page faults"
#define PROCESS "process"
#define CONNECT "connect"
#define REPLY "reply"
#define DNS "dns"
#define LIBRARY_SEARCH "library search"
#define LIBRARY_LOAD "library load"
#define LOADING "loading"
#define FILES "files"

struct planted_mark {
	int64_t monotonic_ns;
	const char *kind, *part, *cause;
	pid_t thread;
};

static struct {
	int64_t monotonic_ns, realtime_ns;
	atomic_int count;
	struct planted_mark marks[MOST_MARKS];
} *planted;

static _Thread_local pid_t planted_thread;

static inline void check(int ok, const char *what)
{
	if (!ok) {
		perror(what);
		_exit(1);
	}
}

static inline int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static inline int64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* Names must be literals: a forked child's marks are written by its parent. */
static inline void mark_at(int64_t time_ns, const char *kind, const char *part, const char *cause)
{
	int at = atomic_fetch_add(&planted->count, 1);

	check(at < MOST_MARKS, "too many marks");
	planted->marks[at] = (struct planted_mark){time_ns, kind, part, cause, planted_thread};
}

static inline void name_thread(void)
{
	if (planted_thread == 0)
		planted_thread = syscall(SYS_gettid);
}

static inline void begin_part(const char *part, const char *cause)
{
	name_thread();
	mark_at(now_ns(), "begin", part, cause);
}

static inline void end_part(const char *part)
{
	int64_t time_ns = now_ns();

	name_thread();
	mark_at(time_ns, "end", part, "");
}

/* The two clocks at one instant: of several tries the one that took least. */
static inline void read_clocks(int64_t *monotonic_ns, int64_t *realtime_ns)
{
	int64_t least = INT64_MAX;

	for (int i = 0; i < 5; i++) {
		int64_t before = now_ns(), real = clock_ns(CLOCK_REALTIME), took = now_ns() - before;

		if (took < least) {
			least = took;
			*monotonic_ns = before + took / 2;
			*realtime_ns = real;
		}
	}
}

/* Makes room for marks; a program that another one started to be a part of its path needs no more. */
static inline void planted_open(void)
{
	planted = mmap(NULL, sizeof *planted, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	check(planted != MAP_FAILED, "mmap");
	name_thread();
	read_clocks(&planted->monotonic_ns, &planted->realtime_ns);
}

/* The window begins here, or, where relaunch.c loaded the program, with its being loaded. */
static inline void planted_begin(void)
{
	int64_t entered_ns = now_ns();
	const char *since = getenv(LOADED_SINCE);

	planted_open();
	if (since != NULL) {
		mark_at(atoll(since), "window", "", "");
		mark_at(atoll(since), "begin", "load", LOADING);
		mark_at(entered_ns, "end", "load", "");
	} else {
		mark_at(now_ns(), "window", "", "");
	}
}

static inline void write_clocks(FILE *file, int64_t monotonic_ns, int64_t realtime_ns)
{
	fprintf(file, "{\"mark\": \"clocks\", \"monotonic_ns\": %lld, \"realtime_ns\": %lld}\n",
		(long long)monotonic_ns, (long long)realtime_ns);
}

static inline void planted_write(const char *path)
{
	FILE *file = fopen(path, "a");
	int64_t monotonic_ns, realtime_ns;

	check(file != NULL, path);
	write_clocks(file, planted->monotonic_ns, planted->realtime_ns);
	for (int i = 0; i < atomic_load(&planted->count); i++) {
		struct planted_mark *mark = &planted->marks[i];

		fprintf(file,
			"{\"mark\": \"%s\", \"monotonic_ns\": %lld, \"thread\": %d, "
			"\"part\": \"%s\", \"cause\": \"%s\"}\n",
			mark->kind, (long long)mark->monotonic_ns, mark->thread, mark->part,
			mark->cause);
	}
	read_clocks(&monotonic_ns, &realtime_ns);
	write_clocks(file, monotonic_ns, realtime_ns);
	check(fclose(file) == 0, path);
}

/* The milestone: said on standard output, then marked, then all marks written. */
static inline void ready(const char *path)
{
	check(write(STDOUT_FILENO, "ready\n", 6) == 6, "write");
	mark_at(now_ns(), "ready", "", "");
	planted_write(path);
}

/*
 * To be called where a branch that is not marked ended after the one that is: what the marks say
 * would not be true. The run is made again.
 */
static inline void spoiled(void)
{
	check(write(STDOUT_FILENO, "spoiled\n", 8) == 8, "write");
	_exit(0);
}

/* fork, and the child knows that it is another thread. */
static inline pid_t planted_fork(void)
{
	pid_t child = fork();

	check(child >= 0, "fork");
	if (child == 0)
		planted_thread = 0;
	return child;
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
	int64_t end_ns = now_ns() + ms * MILLISECOND;

	while (now_ns() < end_ns)
		;
}

static inline void marked_pause(const char *part, int ms)
{
	begin_part(part, SLEEP);
	pause_ms(ms);
	end_part(part);
}

static inline void marked_spin(const char *part, int ms)
{
	begin_part(part, CPU);
	spin_ms(ms);
	end_part(part);
}

static inline void give(int fd)
{
	check(write(fd, "x", 1) == 1, "write");
}

static inline void take(int fd)
{
	char byte;

	check(read(fd, &byte, 1) == 1, "read");
}

#endif
