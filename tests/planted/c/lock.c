/*
 * A worker holds a mutex, sleeps and works under it; the main thread wants it. The blame is the
 * holder's, not the lock's.
 */
#include "planted.h"

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t held;

static void *work(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&mutex);
	pthread_barrier_wait(&held);
	marked_pause("sleep", 30);
	marked_spin("spin", 25);
	pthread_mutex_unlock(&mutex);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t worker;

	planted_begin();
	pthread_barrier_init(&held, NULL, 2);
	check(pthread_create(&worker, NULL, work, NULL) == 0, "pthread_create");
	pthread_barrier_wait(&held);
	pthread_mutex_lock(&mutex);
	ready(argv[argc - 1]);
	pthread_join(worker, NULL);
	return 0;
}
