// Writes and reads buffers of known bytes: byte i of buffer n is (7 * i + n) & 255.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static unsigned char *filled(size_t size, int number)
{
    unsigned char *bytes = malloc(size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = 7 * i + number;
    return bytes;
}

int main(void)
{
    int file = open("written", O_RDWR | O_CREAT | O_TRUNC, 0600);
    // more than 2^20 bytes make strace widen the offsets
    for (int number = 0; number < 3; number++) {
        size_t sizes[] = {1, 300, (1 << 20) + 5};
        pwrite(file, filled(sizes[number], number), sizes[number], 0);
    }
    unsigned char *read_back = malloc(40);
    pread(file, read_back, 40, 16);
    struct iovec two[] = {{filled(3, 3), 3}, {filled(40, 4), 40}};
    writev(file, two, 2);
    int ends[2];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
    struct iovec last = {filled(17, 5), 17};
    struct mmsghdr messages[] = {{{.msg_iov = two, .msg_iovlen = 2}, 0},
                                 {{.msg_iov = &last, .msg_iovlen = 1}, 0}};
    sendmmsg(ends[0], messages, 2, 0);
    struct iovec into[] = {{malloc(64), 64}, {malloc(64), 64}};
    struct mmsghdr back[] = {{{.msg_iov = &into[0], .msg_iovlen = 1}, 0},
                             {{.msg_iov = &into[1], .msg_iovlen = 1}, 0}};
    recvmmsg(ends[1], back, 2, 0, NULL);
    return 0;
}
