/*
 * Looks for libraries by dlopen in the many folders of its RUNPATH: some that are nowhere, and one
 * that is in the last of them, whose constructor works for a while.
 */
#include "planted.h"

#include <dlfcn.h>

int main(int argc, char **argv)
{
	static const char *const nowhere[] = {
		"libengine.so.3", "libengine.so.2", "libengine.so.1", "libengine.so",
		"libplugin.so.3", "libplugin.so.2", "libplugin.so.1", "libplugin.so",
	};
	void *library;

	planted_begin();
	begin_part("search", LIBRARY_SEARCH);
	for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++)
		check(dlopen(nowhere[i], RTLD_NOW) == NULL, nowhere[i]);
	library = dlopen("libsearched.so", RTLD_NOW);
	check(library != NULL, "libsearched.so");
	/* it is mapped as well before its constructor runs, which is a few calls of a thousand */
	mark_at(*(int64_t *)dlsym(library, "searched_begin_ns"), "end", "search", "");
	mark_at(*(int64_t *)dlsym(library, "searched_begin_ns"), "begin", "constructor", CPU);
	mark_at(*(int64_t *)dlsym(library, "searched_end_ns"), "end", "constructor", "");
	ready(argv[argc - 1]);
	return 0;
}
