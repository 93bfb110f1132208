/* Is loaded, with all the libraries it was linked with, and works a little. */
#include "planted.h"

int main(int argc, char **argv)
{
	planted_begin();
	marked_spin("spin", 20);
	ready(argv[argc - 1]);
	return 0;
}
