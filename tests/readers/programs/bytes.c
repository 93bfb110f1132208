/* Buffers that look like the rest of a line, hold every byte there is, or are very long. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

static const char *const hostile[] = {
    "\") = 5 <0.000001>\n", "\\\") = 0\n", "<unfinished ...>\n", " = -1 ENOENT (No such file)",
    "77 1795432617.005932 exit_group(0) = ?\n+++ exited with 0 +++\n", "*/ {[(", ")]} /*",
    "--- SIGKILL {si_signo=SIGKILL} ---\n", "% time     seconds  usecs/call     calls    errors",
    "\033[31mred\033[0m\r\b\a", "\303\266 \377\376 \xf0\x9f\x98\x80 \xed\xa0\x80", "3</etc/x>, \"",
    "strace: Process 12 attached\n", "> libc.so(a+0x1) [0x2]\n | 00000  61 |\n", "", "\0\0\0",
};

static void put(int fd, const void *bytes, size_t length)
{
    if (write(fd, bytes, length) != (ssize_t)length)
        abort();
}

int main(void)
{
    enum { LONG = 1 << 17 };
    char *big = malloc(LONG), room[300], name[300];
    struct iovec parts[16];
    int ends[2], null = open("/dev/null", O_WRONLY), lengths[] = {31, 32, 33, 255, 4096, LONG};
    alarm(20);
    for (int i = 0; i < LONG; i++)
        big[i] = (char)(i * 37 + i / 256);
    for (int i = 0; i < 16; i++) {
        put(null, hostile[i], i == 15 ? 3 : strlen(hostile[i]));
        parts[i] = (struct iovec){(void *)hostile[i], strlen(hostile[i])};
    }
    if (writev(null, parts, 16) < 0 || pwritev(null, parts, 3, 5) < 0)
        abort();
    for (int i = 0; i < 6; i++)
        put(null, big, lengths[i]);
    for (int i = 0; i < 256; i += 16)
        put(null, big + i, 16);
    memset(big, '"', 64);
    memset(big + 64, '\\', 64);
    put(null, big, 128);
    if (pipe(ends))
        abort();
    for (int i = 0; i < 15; i++) {
        put(ends[1], hostile[i], strlen(hostile[i]));
        if (hostile[i][0] && read(ends[0], room, sizeof room) < 0)
            abort();
    }
    for (int i = 0; i < 14; i++) { /* as names: few may be created, all are printed */
        strcpy(name, "./");
        strcat(name, hostile[i]);
        access(name, R_OK);
        symlink(hostile[i], "link");
        readlink("link", room, sizeof room);
        unlink("link");
    }
    memset(name, 'n', 255);
    name[255] = 0;
    close(open(name, O_CREAT | O_RDWR, 0600));
    setxattr(name, "user.a) = 3", "\0\377\"", 3, 0);
    unlink(name);
    memset(name, 'n', 299);
    name[299] = 0;
    mkdir(name, 0700);
    char *arguments[] = {"true", (char *)hostile[0], (char *)hostile[10], "", NULL};
    char *environment[] = {"A=) = 0", (char *)hostile[4], NULL};
    execve("/bin/true", arguments, environment);
    return 1;
}
