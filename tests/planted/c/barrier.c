/* Three threads meet at a barrier, twice; each time another one comes last. */
#include "planted.h"

#include <pthread.h>

static pthread_barrier_t meeting;
static atomic_int others = 2;

static void arrive(void)
{
	atomic_fetch_sub(&others, 1);
	pthread_barrier_wait(&meeting);
}

static void arrive_last(void)
{
	if (atomic_exchange(&others, 2) > 0)
		spoiled();
	pthread_barrier_wait(&meeting);
}

static void *works_long(void *unused)
{
	(void)unused;
	marked_spin("spin", 35);
	arrive_last();
	pause_ms(10);
	arrive();
	return NULL;
}

static void *sleeps_long(void *unused)
{
	(void)unused;
	pause_ms(15);
	arrive();
	marked_pause("sleep", 40);
	arrive_last();
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[2];

	planted_begin();
	pthread_barrier_init(&meeting, NULL, 3);
	check(pthread_create(&threads[0], NULL, works_long, NULL) == 0, "pthread_create");
	check(pthread_create(&threads[1], NULL, sleeps_long, NULL) == 0, "pthread_create");
	arrive();
	spin_ms(5);
	arrive();
	ready(argv[argc - 1]);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
