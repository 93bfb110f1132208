/*
 * Puts another program in its place, which counts from here how long it took to be loaded:
 * relaunch LIBRARY_PATH PROGRAM ARGUMENT ... MARKS
 */
#include "planted.h"

int main(int argc, char **argv)
{
	char since[32];

	check(argc > 3, "too few arguments");
	if (argv[1][0] != '\0')
		setenv("LD_LIBRARY_PATH", argv[1], 1);
	snprintf(since, sizeof since, "%lld", (long long)now_ns());
	setenv(LOADED_SINCE, since, 1);
	execv(argv[2], argv + 2);
	check(0, argv[2]);
}
