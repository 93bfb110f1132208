/* Touches page after page of fresh memory, without a system call. */
#include "planted.h"

#define SIZE (1LL << 30)
#define PAGE 4096

int main(int argc, char **argv)
{
	char *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int64_t end_ns;

	check(memory != MAP_FAILED, "mmap");
	madvise(memory, SIZE, MADV_NOHUGEPAGE);
	planted_begin();
	marked_pause("sleep", 20);
	begin_part("faults", PAGE_FAULTS);
	end_ns = now_ns() + 60 * MILLISECOND;
	for (int64_t at = 0; at < SIZE && now_ns() < end_ns; at += PAGE)
		memory[at] = 1;
	end_part("faults");
	ready(argv[argc - 1]);
	return 0;
}
