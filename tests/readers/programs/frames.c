// Calls getppid from known functions, one of them with the name of a C++ function.
#include <unistd.h>

__attribute__((noinline)) void innermost(void) { getppid(); __asm__ volatile(""); }

// demangled: shelf::put(int, double)
__attribute__((noinline)) void _ZN5shelf3putEid(void) { innermost(); __asm__ volatile(""); }

int main(void)
{
    _ZN5shelf3putEid();
    innermost();
    return 0;
}
