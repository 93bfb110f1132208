/* Sleeps twice, with work between: all of it in one thread. */
#include "planted.h"

int main(int argc, char **argv)
{
	planted_begin();
	marked_pause("sleep 1 begin", 40, "sleep 1 end");
	marked_spin("spin begin", 20, "spin end");
	marked_pause("sleep 2 begin", 25, "sleep 2 end");
	ready(argv[argc - 1]);
	return 0;
}
