/*
 * Looks for a library in many folders that do not have it, by dlopen, then loads it from the
 * last; its constructor works for a while.
 */
#include "planted.h"

#include <dlfcn.h>
#include <libgen.h>

#define DEAD_FOLDERS 400

int main(int argc, char **argv)
{
	char folder[2048], name[4096];
	void *library;

	planted_begin();
	snprintf(folder, sizeof folder, "%s", argv[0]);
	dirname(folder);
	mark("search begin");
	for (int i = 0; i < DEAD_FOLDERS; i++) {
		snprintf(name, sizeof name, "%s/dead%03d/libsearched.so", folder, i);
		check(dlopen(name, RTLD_NOW) == NULL, name);
	}
	mark("search end");
	snprintf(name, sizeof name, "%s/libsearched.so", folder);
	library = dlopen(name, RTLD_NOW);
	check(library != NULL, name);
	mark_at("constructor begin", *(int64_t *)dlsym(library, "searched_begin_ns"));
	mark_at("constructor end", *(int64_t *)dlsym(library, "searched_end_ns"));
	ready(argv[argc - 1]);
	return 0;
}
