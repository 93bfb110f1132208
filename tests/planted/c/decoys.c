/* The main thread sleeps and works alone, while others are far busier and wait for nobody. */
#include "planted.h"

#include <fcntl.h>
#include <pthread.h>

static void *busy(void *unused)
{
	for (;;)
		spin_ms(3), pause_ms(1);
	return unused;
}

static void *chatty(void *unused)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	for (;;)
		check(write(fd, "x", 1) == 1, "write"), pause_ms(1);
	return unused;
}

static pthread_mutex_t ball = PTHREAD_MUTEX_INITIALIZER;

static void *player(void *unused)
{
	for (;;) {
		pthread_mutex_lock(&ball);
		pause_ms(2);
		pthread_mutex_unlock(&ball);
	}
	return unused;
}

int main(int argc, char **argv)
{
	void *(*decoys[])(void *) = {busy, chatty, player, player};
	pthread_t thread;

	planted_begin();
	for (int i = 0; i < 4; i++)
		check(pthread_create(&thread, NULL, decoys[i], NULL) == 0, "pthread_create");
	marked_pause("sleep", 45);
	marked_spin("spin", 30);
	ready(argv[argc - 1]);
	_exit(0);
}
