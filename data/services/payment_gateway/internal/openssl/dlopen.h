#include <stddef.h>

/* Open a shared library; NULL if there is none at this path. */
void *gateway_open(const char *path);

/* What libcrypto calls itself; NULL if the library is none. */
const char *gateway_version(void *library);

/* The SHA-256 of some bytes. */
void gateway_digest(void *library, const void *data, size_t length, unsigned char *sum);
