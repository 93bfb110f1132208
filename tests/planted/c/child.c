/*
 * Starts itself as a child by vfork and exec, as a shell would, and waits for it to end. Mode
 * "vfork": the child first sleeps and works before its exec, while the parent is held up.
 */
#include "planted.h"

#include <sys/wait.h>

static int be_child(const char *path)
{
	planted_open();
	end_part("start child");
	marked_spin("child spin", 30);
	marked_pause("child sleep", 20);
	begin_part("end child", PROCESS);
	planted_write(path);
	return 0;
}

int main(int argc, char **argv)
{
	int early = strcmp(argv[1], "vfork") == 0;
	char *path = argv[argc - 1];
	char *child_argv[] = {argv[0], "child", path, NULL};
	pid_t child, self;
	int status;

	if (strcmp(argv[1], "child") == 0)
		return be_child(path);
	planted_begin();
	self = planted_thread;
	begin_part("start child", PROCESS);
	child = vfork();
	if (child == 0) {
		if (early) {
			planted_thread = getpid();
			end_part("start child");
			marked_spin("spin before exec", 20);
			marked_pause("sleep before exec", 25);
			begin_part("start child", PROCESS);
		}
		execv(child_argv[0], child_argv);
		_exit(127);
	}
	planted_thread = self; /* the child shared this memory until its exec */
	check(child > 0, "vfork");
	check(waitpid(child, &status, 0) == child && status == 0, "waitpid");
	end_part("end child");
	marked_spin("spin", 20);
	ready(path);
	return 0;
}
