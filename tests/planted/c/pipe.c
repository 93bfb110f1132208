/* A forked child sleeps and works, then tells its parent through a pipe, and back once more. */
#include "planted.h"

#include <sys/wait.h>

static void give(int fd)
{
	check(write(fd, "x", 1) == 1, "write");
}

static void take(int fd)
{
	char byte;

	check(read(fd, &byte, 1) == 1, "read");
}

int main(int argc, char **argv)
{
	int down[2], up[2];
	pid_t child;

	planted_begin();
	check(pipe(down) == 0 && pipe(up) == 0, "pipe");
	child = fork();
	check(child >= 0, "fork");
	if (child == 0) {
		marked_pause("child sleep begin", 25, "child sleep end");
		give(up[1]);
		take(down[0]);
		marked_spin("child spin begin", 30, "child spin end");
		give(up[1]);
		_exit(0);
	}
	take(up[0]);
	marked_spin("parent spin begin", 20, "parent spin end");
	give(down[1]);
	take(up[0]);
	ready(argv[argc - 1]);
	waitpid(child, NULL, 0);
	return 0;
}
