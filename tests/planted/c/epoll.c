/* The main thread waits in epoll for an eventfd that a worker writes after sleep and work. */
#include "planted.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

static int bell;

static void *work(void *unused)
{
	uint64_t one = 1;

	(void)unused;
	marked_spin("spin", 25);
	marked_pause("sleep", 30);
	check(write(bell, &one, sizeof one) == sizeof one, "write");
	pause_ms(200); /* runs on, after the milestone */
	return NULL;
}

int main(int argc, char **argv)
{
	struct epoll_event event = {.events = EPOLLIN};
	pthread_t worker;
	uint64_t count;
	int poll = epoll_create1(EPOLL_CLOEXEC);

	planted_begin();
	bell = eventfd(0, EFD_CLOEXEC);
	check(poll >= 0 && bell >= 0, "epoll_create1, eventfd");
	check(epoll_ctl(poll, EPOLL_CTL_ADD, bell, &event) == 0, "epoll_ctl");
	check(pthread_create(&worker, NULL, work, NULL) == 0, "pthread_create");
	check(epoll_wait(poll, &event, 1, -1) == 1, "epoll_wait");
	check(read(bell, &count, sizeof count) == sizeof count, "read");
	ready(argv[argc - 1]);
	return 0;
}
