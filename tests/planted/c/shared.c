/* Parent and child hand on by a mutex and a condition variable in memory that they share. */
#include "planted.h"

#include <pthread.h>
#include <sys/wait.h>

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	int turn;
} *shared;

static void open_shared(void)
{
	pthread_mutexattr_t of_mutex;
	pthread_condattr_t of_condition;

	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(shared != MAP_FAILED, "mmap");
	pthread_mutexattr_init(&of_mutex);
	pthread_mutexattr_setpshared(&of_mutex, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->mutex, &of_mutex);
	pthread_condattr_init(&of_condition);
	pthread_condattr_setpshared(&of_condition, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(&shared->changed, &of_condition);
}

static void await_turn(int mine)
{
	pthread_mutex_lock(&shared->mutex);
	while (shared->turn < mine)
		pthread_cond_wait(&shared->changed, &shared->mutex);
	pthread_mutex_unlock(&shared->mutex);
}

static void hand_on(void)
{
	pthread_mutex_lock(&shared->mutex);
	shared->turn++;
	pthread_cond_signal(&shared->changed);
	pthread_mutex_unlock(&shared->mutex);
}

int main(int argc, char **argv)
{
	planted_begin();
	open_shared();
	if (planted_fork() == 0) {
		marked_pause("child sleep", 30);
		hand_on();
		await_turn(2);
		marked_spin("child spin", 25);
		hand_on();
		_exit(0);
	}
	await_turn(1);
	marked_spin("parent spin", 20);
	hand_on();
	await_turn(3);
	ready(argv[argc - 1]);
	wait(NULL);
	return 0;
}
