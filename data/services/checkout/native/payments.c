/* A payment provider's module: one function that keeps a CPU busy for a while. */
#include <stdint.h>

uint32_t payments_check(uint32_t value, int rounds)
{
	for (int i = 0; i < rounds; i++) {
		value ^= value << 13;
		value ^= value >> 17;
		value ^= value << 5;
	}
	return value;
}
