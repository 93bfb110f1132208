/* Reads a large file that is not in the page cache, in large pieces, again until time is up. */
#include "planted.h"

#include <fcntl.h>

#define PIECE (1 << 20)

static char piece[PIECE];

int main(int argc, char **argv)
{
	int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	int64_t end_ns;

	check(fd >= 0 && posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0, argv[1]);
	memset(piece, 'x', sizeof piece); /* so that no page fault is part of the reading */
	planted_begin();
	marked_spin("spin", 20);
	begin_part("read", FILES);
	end_ns = now_ns() + 60 * MILLISECOND;
	while (now_ns() < end_ns) {
		if (read(fd, piece, sizeof piece) < PIECE)
			check(lseek(fd, 0, SEEK_SET) == 0, argv[1]);
	}
	end_part("read");
	ready(argv[argc - 1]);
	return 0;
}
