package marks

import (
	"syscall"
	"unsafe"
)

// Clocks of clock_gettime(2).
const (
	clockMonotonic  = 1
	clockProcessCPU = 2
	clockThreadCPU  = 3
)

// readClock asks the kernel what a clock shows, in nanoseconds.
func readClock(clock uintptr) (ns int64, ok bool) {
	var ts syscall.Timespec
	_, _, errno := syscall.RawSyscall(
		syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&ts)), 0)
	return ts.Nano(), errno == 0
}
