/* Four threads at once sleep or, with mode "spin", work; only the last to end is on the path. */
#include "planted.h"

#include <pthread.h>

static int spin;
static atomic_int others = 3;

static void *shorter(void *ms)
{
	if (spin)
		spin_ms((intptr_t)ms);
	else
		pause_ms((intptr_t)ms);
	atomic_fetch_sub(&others, 1);
	return NULL;
}

static void *longest(void *unused)
{
	(void)unused;
	if (spin)
		marked_spin("longest", 70);
	else
		marked_pause("longest", 70);
	if (atomic_load(&others) > 0)
		spoiled();
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[4];

	planted_begin();
	spin = strcmp(argv[1], "spin") == 0;
	/* the longest comes first, so that it does not begin later than the others */
	check(pthread_create(&threads[0], NULL, longest, NULL) == 0, "pthread_create");
	for (intptr_t i = 1; i < 4; i++)
		check(pthread_create(&threads[i], NULL, shorter, (void *)(i * 12)) == 0,
		      "pthread_create");
	for (int i = 3; i >= 0; i--)
		pthread_join(threads[i], NULL);
	ready(argv[argc - 1]);
	return 0;
}
