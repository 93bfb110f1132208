#include <stdint.h>

/* Open a shared library; NULL if there is none at this path. */
void *loader_open(const char *path);

/* Call the library's payments_check; 0 if it has none. */
uint32_t loader_check(void *library, uint32_t value, int rounds);
