/*
 * A tree of processes by fork and exec: two children at once, each of which starts a child of its
 * own and waits for it. Only the branch that ends last is on the path.
 */
#include "planted.h"

#include <sys/wait.h>

static pid_t start(const char *program, const char *role, const char *marks)
{
	pid_t child = planted_fork();

	if (child == 0) {
		execl(program, program, role, marks, NULL);
		_exit(127);
	}
	return child;
}

static void await(pid_t child)
{
	int status;

	check(waitpid(child, &status, 0) == child && status == 0, "waitpid");
}

static void be_slow_leaf(const char *marks)
{
	planted_open();
	end_part("start leaf");
	marked_spin("leaf spin", 25);
	marked_pause("leaf sleep", 30);
	begin_part("end leaf", PROCESS);
	planted_write(marks);
}

static void be_slow_branch(const char *program, const char *marks)
{
	planted_open();
	end_part("start branch");
	marked_spin("branch spin", 15);
	begin_part("start leaf", PROCESS);
	await(start(program, "slow-leaf", marks));
	end_part("end leaf");
	begin_part("end branch", PROCESS);
	planted_write(marks);
}

int main(int argc, char **argv)
{
	const char *program = argv[0], *role = argv[1], *marks = argv[argc - 1];
	pid_t slow, fast;

	if (strcmp(role, "slow-leaf") == 0) {
		be_slow_leaf(marks);
	} else if (strcmp(role, "slow-branch") == 0) {
		be_slow_branch(program, marks);
	} else if (strcmp(role, "fast-leaf") == 0) {
		pause_ms(10);
	} else if (strcmp(role, "fast-branch") == 0) {
		await(start(program, "fast-leaf", marks));
	} else {
		planted_begin();
		begin_part("start branch", PROCESS);
		slow = start(program, "slow-branch", marks);
		fast = start(program, "fast-branch", marks);
		await(slow);
		end_part("end branch");
		if (waitpid(fast, NULL, WNOHANG) == 0)
			spoiled();
		ready(marks);
	}
	return 0;
}
