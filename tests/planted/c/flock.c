/* A child process holds a lock on a file, sleeps and works under it; its parent wants the lock. */
#include "planted.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>

int main(int argc, char **argv)
{
	char name[4096];
	int held[2], fd;

	planted_begin();
	snprintf(name, sizeof name, "%s.lock", argv[argc - 1]);
	check(pipe(held) == 0, "pipe");
	if (planted_fork() == 0) {
		fd = open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0644);
		check(flock(fd, LOCK_EX) == 0, "flock");
		give(held[1]);
		marked_pause("sleep", 35);
		marked_spin("spin", 25);
		check(flock(fd, LOCK_UN) == 0, "flock");
		_exit(0);
	}
	take(held[0]);
	fd = open(name, O_RDWR | O_CLOEXEC);
	check(fd >= 0 && flock(fd, LOCK_EX) == 0, "flock");
	marked_spin("parent spin", 15);
	ready(argv[argc - 1]);
	wait(NULL);
	return 0;
}
