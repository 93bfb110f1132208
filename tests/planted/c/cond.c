/* A baton goes through three threads by condition variable; each works or sleeps, then hands on. */
#include "planted.h"

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int turn;

static void await_turn(int mine)
{
	pthread_mutex_lock(&mutex);
	while (turn != mine)
		pthread_cond_wait(&changed, &mutex);
	pthread_mutex_unlock(&mutex);
}

static void hand_on(int next)
{
	pthread_mutex_lock(&mutex);
	turn = next;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
}

static void *first(void *unused)
{
	(void)unused;
	await_turn(1);
	marked_spin("first", 25);
	hand_on(2);
	return NULL;
}

static void *second(void *unused)
{
	(void)unused;
	await_turn(2);
	marked_pause("second", 30);
	hand_on(3);
	return NULL;
}

static void *third(void *unused)
{
	(void)unused;
	await_turn(3);
	marked_spin("third", 20);
	hand_on(4);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[3];
	void *(*parts[])(void *) = {first, second, third};

	planted_begin();
	for (int i = 0; i < 3; i++)
		check(pthread_create(&threads[i], NULL, parts[i], NULL) == 0, "pthread_create");
	hand_on(1);
	await_turn(4);
	ready(argv[argc - 1]);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
