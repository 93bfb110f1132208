/* Time passes in all the calls that wait with a limit: epoll on a timerfd, poll, select, ... */
#include "planted.h"

#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/timerfd.h>

static void await_timerfd(void)
{
	struct itimerspec soon = {.it_value.tv_nsec = 20 * MILLISECOND};
	struct epoll_event event = {.events = EPOLLIN};
	int poll = epoll_create1(EPOLL_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, 0);
	uint64_t count;

	check(epoll_ctl(poll, EPOLL_CTL_ADD, timer, &event) == 0, "epoll_ctl");
	check(timerfd_settime(timer, 0, &soon, NULL) == 0, "timerfd_settime");
	begin_part("timerfd", SLEEP);
	check(epoll_wait(poll, &event, 1, -1) == 1, "epoll_wait");
	end_part("timerfd");
	check(read(timer, &count, sizeof count) == sizeof count, "read");
}

static void await_condition(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t never = PTHREAD_COND_INITIALIZER;
	struct timespec limit;

	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_nsec += 15 * MILLISECOND;
	limit.tv_sec += limit.tv_nsec / 1000000000;
	limit.tv_nsec %= 1000000000;
	pthread_mutex_lock(&mutex);
	begin_part("condition", SLEEP);
	check(pthread_cond_timedwait(&never, &mutex, &limit) == ETIMEDOUT, "pthread_cond_timedwait");
	end_part("condition");
	pthread_mutex_unlock(&mutex);
}

int main(int argc, char **argv)
{
	struct timeval limit = {.tv_usec = 15000};
	struct pollfd nothing;
	int ends[2];

	planted_begin();
	await_timerfd();
	check(pipe(ends) == 0, "pipe");
	nothing = (struct pollfd){.fd = ends[0], .events = POLLIN};
	begin_part("poll", SLEEP);
	check(poll(&nothing, 1, 15) == 0, "poll");
	end_part("poll");
	begin_part("select", SLEEP);
	check(select(0, NULL, NULL, NULL, &limit) == 0, "select");
	end_part("select");
	await_condition();
	marked_spin("spin", 15);
	ready(argv[argc - 1]);
	return 0;
}
