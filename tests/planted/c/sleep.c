/* Sleeps twice, with work between: all of it in one thread. */
#include "planted.h"

int main(int argc, char **argv)
{
	planted_begin();
	marked_pause("sleep 1", 40);
	marked_spin("spin", 20);
	marked_pause("sleep 2", 25);
	ready(argv[argc - 1]);
	return 0;
}
