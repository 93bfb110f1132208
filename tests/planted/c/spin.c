/* A worker thread keeps a CPU busy while the main thread waits on a semaphore. */
#include "planted.h"

#include <pthread.h>
#include <semaphore.h>

static sem_t done;

static void *work(void *unused)
{
	(void)unused;
	marked_spin("spin", 50);
	sem_post(&done);
	pause_ms(200); /* runs on, after the milestone */
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t worker;

	planted_begin();
	sem_init(&done, 0, 0);
	check(pthread_create(&worker, NULL, work, NULL) == 0, "pthread_create");
	sem_wait(&done);
	ready(argv[argc - 1]);
	return 0;
}
