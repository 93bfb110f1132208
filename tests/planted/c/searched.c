/* The library that search.c finds in the end; it notes when its constructor runs. */
#include "planted.h"

int64_t searched_begin_ns, searched_end_ns;

__attribute__((constructor)) static void work(void)
{
	searched_begin_ns = now_ns();
	spin_ms(30);
	searched_end_ns = now_ns();
}
