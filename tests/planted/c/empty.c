/* A library with nothing in it but a page of data to be relocated. */
#include <stddef.h>

static int target;
int *empty_pointers[512] = {[0 ... 511] = &target};
