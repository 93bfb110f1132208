/*
 * A forked child sleeps and works, then tells its parent, and back once more: through pipes, or
 * with mode "socketpair" through a pair of sockets.
 */
#include "planted.h"

#include <sys/socket.h>
#include <sys/wait.h>

/* What is written to ends[0][1] is read from ends[1][0], and the other way round. */
static void join_ends(int ends[2][2], int sockets)
{
	int pair[2], down[2], up[2];

	if (sockets) {
		check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "socketpair");
		for (int side = 0; side < 2; side++)
			ends[side][0] = ends[side][1] = pair[side];
		return;
	}
	check(pipe(down) == 0 && pipe(up) == 0, "pipe");
	memcpy(ends[0], (int[]){up[0], down[1]}, sizeof ends[0]);
	memcpy(ends[1], (int[]){down[0], up[1]}, sizeof ends[1]);
}

static void be_child(const int *end)
{
	marked_pause("child sleep", 25);
	give(end[1]);
	take(end[0]);
	marked_spin("child spin", 30);
	give(end[1]);
	_exit(0);
}

int main(int argc, char **argv)
{
	int ends[2][2];
	pid_t child;

	planted_begin();
	join_ends(ends, strcmp(argv[1], "socketpair") == 0);
	child = planted_fork();
	if (child == 0)
		be_child(ends[1]);
	take(ends[0][0]);
	marked_spin("parent spin", 20);
	give(ends[0][1]);
	take(ends[0][0]);
	ready(argv[argc - 1]);
	waitpid(child, NULL, 0);
	return 0;
}
