/*
 * Waits for signals. Mode "process": a child process sleeps and works, then sends one; mode
 * "thread": a thread does, to a thread in sigwait; mode "alarm": a timer of the kernel does.
 */
#include "planted.h"

#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

static sigset_t awaited, usual;

static void handle(int signal)
{
	(void)signal;
}

static void *send_to_thread(void *thread)
{
	marked_pause("sleep", 30);
	marked_spin("spin", 25);
	pthread_kill(*(pthread_t *)thread, SIGUSR1);
	pause_ms(200); /* runs on, after the milestone */
	return NULL;
}

static void await_thread(void)
{
	pthread_t self = pthread_self(), sender;
	int signal;

	check(pthread_create(&sender, NULL, send_to_thread, &self) == 0, "pthread_create");
	check(sigwait(&awaited, &signal) == 0, "sigwait");
}

static void await_process(void)
{
	if (planted_fork() == 0) {
		marked_pause("sleep", 30);
		marked_spin("spin", 25);
		kill(getppid(), SIGUSR1);
		pause_ms(20);
		_exit(0);
	}
	sigsuspend(&usual);
}

static void await_alarm(void)
{
	struct itimerval soon = {.it_value.tv_usec = 45000};

	marked_spin("spin", 20);
	begin_part("alarm", SLEEP);
	check(setitimer(ITIMER_REAL, &soon, NULL) == 0, "setitimer");
	sigsuspend(&usual);
	end_part("alarm");
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = handle};

	planted_begin();
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGUSR1);
	sigaddset(&awaited, SIGALRM);
	sigprocmask(SIG_BLOCK, &awaited, &usual);
	if (strcmp(argv[1], "process") == 0)
		await_process();
	else if (strcmp(argv[1], "thread") == 0)
		await_thread();
	else
		await_alarm();
	ready(argv[argc - 1]);
	return 0;
}
