/* Connects to a port that is refused until another thread listens there: 10, 20, 40 ms between. */
#include "planted.h"

#include <pthread.h>

#include "loopback.h"

static int closed_port;

static void *open_late(void *unused)
{
	(void)unused;
	pause_ms(55);
	check(listen(closed_port, 8) == 0, "listen");
	return NULL;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address;
	pthread_t opener;
	int fd = -1;

	planted_begin();
	closed_port = bound_socket(&address);
	check(pthread_create(&opener, NULL, open_late, NULL) == 0, "pthread_create");
	for (int wait_ms = 10; (fd = try_connect(&address)) < 0; wait_ms *= 2)
		marked_pause("back off begin", wait_ms, "back off end");
	ready(argv[argc - 1]);
	pthread_join(opener, NULL);
	close(fd);
	return 0;
}
