/* Goes through a tree of folders and asks for the state of each file in it. */
#include "planted.h"

#include <ftw.h>

static int count_file(const char *path, const struct stat *state, int type, struct FTW *place)
{
	(void)path, (void)state, (void)type, (void)place;
	return 0;
}

int main(int argc, char **argv)
{
	planted_begin();
	marked_pause("sleep", 20);
	begin_part("scan", FILES);
	check(nftw(argv[1], count_file, 16, FTW_PHYS) == 0, argv[1]);
	end_part("scan");
	ready(argv[argc - 1]);
	return 0;
}
