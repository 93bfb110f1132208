//go:build cgo && dlopen

#include <dlfcn.h>

#include "dlopen.h"

void *gateway_open(const char *path)
{
	return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

const char *gateway_version(void *library)
{
	const char *(*version)(int);

	*(void **)&version = dlsym(library, "OpenSSL_version");
	return version ? version(0) : NULL;
}

void gateway_digest(void *library, const void *data, size_t length, unsigned char *sum)
{
	unsigned char *(*digest)(const void *, size_t, unsigned char *);

	*(void **)&digest = dlsym(library, "SHA256");
	if (digest)
		digest(data, length, sum);
}
