/*
 * A chain of bare futexes through three threads, four times round: each waits for the one before
 * it, sleeps or works, and wakes the next.
 */
#include "planted.h"

#include <linux/futex.h>
#include <pthread.h>

#define THREADS 3
#define ROUNDS 4

static _Atomic uint32_t turns[THREADS + 1];

static void await(_Atomic uint32_t *word, uint32_t value)
{
	while (atomic_load(word) < value)
		syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value - 1, NULL, NULL, 0);
}

static void wake(_Atomic uint32_t *word)
{
	atomic_fetch_add(word, 1);
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *link_of_chain(void *number)
{
	int mine = (intptr_t)number;

	for (uint32_t round = 1; round <= ROUNDS; round++) {
		await(&turns[mine], round);
		if (mine == 1)
			marked_pause("sleep", 8);
		else if (mine == 0)
			marked_spin("first spin", 6);
		else
			marked_spin("last spin", 5);
		wake(&turns[mine + 1]);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];

	planted_begin();
	for (intptr_t i = 0; i < THREADS; i++)
		check(pthread_create(&threads[i], NULL, link_of_chain, (void *)i) == 0,
		      "pthread_create");
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		wake(&turns[0]);
		await(&turns[THREADS], round);
	}
	ready(argv[argc - 1]);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
