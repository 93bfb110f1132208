/* Writes many small files, each made safe on the disk, and reads them back. */
#include "planted.h"

#include <fcntl.h>
#include <sys/stat.h>

#define COUNT 40

static char block[16384];

static void file_name(char *name, size_t size, const char *marks, int number)
{
	snprintf(name, size, "%s.part%d", marks, number);
}

static void write_file(const char *name)
{
	int fd = open(name, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);

	check(fd >= 0, name);
	check(write(fd, block, sizeof block) == sizeof block, name);
	check(fsync(fd) == 0, name);
	close(fd);
}

static void read_file(const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	check(fd >= 0, name);
	check(read(fd, block, sizeof block) == sizeof block, name);
	close(fd);
	check(unlink(name) == 0, name);
}

int main(int argc, char **argv)
{
	char name[4096];

	planted_begin();
	memset(block, 'x', sizeof block);
	marked_pause("sleep", 30);
	begin_part("files", FILES);
	for (int i = 0; i < COUNT; i++) {
		file_name(name, sizeof name, argv[argc - 1], i);
		write_file(name);
	}
	for (int i = 0; i < COUNT; i++) {
		file_name(name, sizeof name, argv[argc - 1], i);
		read_file(name);
	}
	end_part("files");
	ready(argv[argc - 1]);
	return 0;
}
