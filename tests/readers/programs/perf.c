// Works in two threads, one of which has to be woken and has a name that is hard to read.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile unsigned long total;
static int ends[2];

__attribute__((noinline)) static void burn(void) {
    for (long i = 0; i < 20000000; i++) total += i;
}

__attribute__((noinline)) static void touch(void) {
    char *memory = malloc(4 << 20);
    memset(memory, 1, 4 << 20);
    free(memory);
}

static void *work(void *nothing) {
    char byte;
    pthread_setname_np(pthread_self(), "wo rk:er 1");
    if (read(ends[0], &byte, 1) == 1) burn();
    return nothing;
}

int main(void) {
    pthread_t thread;
    if (pipe(ends) || pthread_create(&thread, NULL, work, NULL)) return 1;
    burn();
    touch();
    if (write(ends[1], "x", 1) != 1) return 1;
    return pthread_join(thread, NULL);
}
