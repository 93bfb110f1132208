/* Three threads at once, joined in turn; only the last to end is on the path. */
#include "planted.h"

#include <pthread.h>

static atomic_int others = 2;

static void *short_sleep(void *unused)
{
	(void)unused;
	pause_ms(15);
	atomic_fetch_sub(&others, 1);
	return NULL;
}

static void *short_spin(void *unused)
{
	(void)unused;
	spin_ms(20);
	atomic_fetch_sub(&others, 1);
	return NULL;
}

static void *longest(void *unused)
{
	(void)unused;
	marked_pause("sleep", 35);
	marked_spin("spin", 25);
	if (atomic_load(&others) > 0)
		spoiled();
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[3];
	void *(*parts[])(void *) = {short_sleep, longest, short_spin};

	planted_begin();
	for (int i = 0; i < 3; i++)
		check(pthread_create(&threads[i], NULL, parts[i], NULL) == 0, "pthread_create");
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	ready(argv[argc - 1]);
	return 0;
}
