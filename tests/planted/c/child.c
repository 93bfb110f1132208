/* Starts itself as a child by vfork and exec, as a shell would, and waits for it to end. */
#include "planted.h"

#include <sys/wait.h>

static int be_child(const char *path)
{
	planted_begin();
	planted->marks[0].name = "start child end";
	marked_spin("child spin begin", 30, "child spin end");
	marked_pause("child sleep begin", 20, "child sleep end");
	mark("end child begin");
	planted_write(path);
	return 0;
}

int main(int argc, char **argv)
{
	char *path = argv[argc - 1];
	char *child_argv[] = {argv[0], "child", path, NULL};
	pid_t child;
	int status;

	if (argc == 3)
		return be_child(path);
	planted_begin();
	mark("start child begin");
	child = vfork();
	if (child == 0) {
		execv(child_argv[0], child_argv);
		_exit(127);
	}
	check(child > 0, "vfork");
	check(waitpid(child, &status, 0) == child && status == 0, "waitpid");
	mark("end child end");
	marked_spin("spin begin", 20, "spin end");
	ready(path);
	return 0;
}
