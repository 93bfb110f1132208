/* Opens one library after another from a folder, by dlopen. */
#include "planted.h"

#include <dlfcn.h>

int main(int argc, char **argv)
{
	const char *folder = argv[1];
	int libraries = atoi(argv[2]);
	char name[4096];

	planted_begin();
	marked_spin("spin", 20);
	begin_part("libraries", LIBRARY_LOAD);
	for (int i = 0; i < libraries; i++) {
		snprintf(name, sizeof name, "%s/libempty%02d.so", folder, i);
		check(dlopen(name, RTLD_NOW) != NULL, name);
	}
	end_part("libraries");
	ready(argv[argc - 1]);
	return 0;
}
