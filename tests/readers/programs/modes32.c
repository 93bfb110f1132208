// Makes a few calls the way 32-bit programs do, which strace counts apart; x86-64 only.
#include <unistd.h>

int main(void)
{
    for (int i = 0; i < 3; i++) {
        long result;
        __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory"); // getpid
    }
    getppid();
    access("/nowhere", 0);
    return 0;
}
