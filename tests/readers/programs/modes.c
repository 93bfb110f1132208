/* Calls that are none of the machine's own kind: numbers nobody gave a name, the 32-bit entry,
   and what a seccomp filter answers in the kernel's stead, to the last call. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void on_signal(int number) { (void)number; }

static void by_the_32_bit_entry(void)
{
#ifdef __x86_64__
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory");
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(54), "b"(0), "c"(0x5401), "d"(0) : "memory");
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(6), "b"(-1) : "memory");
#endif
}

#define ANSWER(call, what)                                                                         \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), BPF_STMT(BPF_RET | BPF_K, what)

static void filter(void)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ANSWER(getuid, SECCOMP_RET_ERRNO | EPERM),
        ANSWER(getgid, SECCOMP_RET_ERRNO | 4000),
        ANSWER(geteuid, SECCOMP_RET_ERRNO | 0),
        ANSWER(getpgrp, SECCOMP_RET_TRAP),
        ANSWER(getegid, SECCOMP_RET_TRACE),
        ANSWER(getsid, SECCOMP_RET_KILL_THREAD),
        ANSWER(getpgid, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void *end_thread(void *unused)
{
    syscall(SYS_getsid, 0);
    return unused;
}

int main(void)
{
    pthread_t thread;
    alarm(20);
    signal(SIGSYS, on_signal);
    for (int i = 0; i < 5; i++)
        syscall(0x10000 + i, 1, -1, "a", 0xffffffffffffffffUL);
    if (!fork()) {
        by_the_32_bit_entry(); /* a kernel without it ends the child here */
        _exit(0);
    }
    wait(NULL);
    filter();
    for (int i = 0; i < 3; i++) {
        syscall(SYS_getuid);
        syscall(SYS_getgid);
        syscall(SYS_geteuid);
        syscall(SYS_getpgrp);
        syscall(SYS_getegid);
    }
    pthread_create(&thread, NULL, end_thread, NULL);
    usleep(3000);
    syscall(SYS_getpgid, 0);
    return 0;
}
