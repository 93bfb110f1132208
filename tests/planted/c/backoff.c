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
	int fd;

	planted_begin();
	closed_port = bound_socket(&address, SOCK_STREAM);
	check(pthread_create(&opener, NULL, open_late, NULL) == 0, "pthread_create");
	fd = connect_patiently(&address);
	ready(argv[argc - 1]);
	pthread_join(opener, NULL);
	close(fd);
	return 0;
}
