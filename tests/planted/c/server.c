/*
 * A server thread with epoll serves three clients, threads as well, one after the other; the main
 * thread waits by eventfd until all have their reply.
 */
#include "planted.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "loopback.h"

#define CLIENTS 3

static struct sockaddr_in address;
static int all_served;

static void watch(int poll, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	check(epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
}

static void *serve(void *listener)
{
	int door = *(int *)listener, poll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event;

	watch(poll, door);
	for (int served = 0; served < CLIENTS;) {
		check(epoll_wait(poll, &event, 1, -1) == 1, "epoll_wait");
		if (event.data.fd == door) {
			watch(poll, accept(door, NULL, NULL));
			continue;
		}
		receive_byte(event.data.fd);
		marked_pause("serve: sleep", 12);
		marked_spin("serve: spin", 12);
		send_byte(event.data.fd);
		epoll_ctl(poll, EPOLL_CTL_DEL, event.data.fd, NULL);
		served++;
	}
	return NULL;
}

static void *ask(void *unused)
{
	uint64_t one = 1;
	int fd = try_connect(&address);

	(void)unused;
	send_byte(fd);
	receive_byte(fd);
	check(write(all_served, &one, sizeof one) == sizeof one, "write");
	pause_ms(200); /* runs on, after the milestone */
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	int listener;

	planted_begin();
	listener = listening_socket(&address);
	all_served = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE);
	check(pthread_create(&thread, NULL, serve, &listener) == 0, "pthread_create");
	for (int i = 0; i < CLIENTS; i++)
		check(pthread_create(&thread, NULL, ask, NULL) == 0, "pthread_create");
	for (int i = 0; i < CLIENTS; i++) {
		uint64_t count;

		check(read(all_served, &count, sizeof count) == sizeof count, "read");
	}
	ready(argv[argc - 1]);
	return 0;
}
