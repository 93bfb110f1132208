package marks

import (
	"runtime"
	"time"
)

// What the CPU time of a task is measured of.
const (
	// OfProcess counts every thread: right for a task that has the process to itself.
	OfProcess = "process"
	// OfThread counts the task's own thread, to which it is bound meanwhile; what it
	// leaves to other goroutines is missing.
	OfThread = "thread"
)

// Task is a span in the making that measures CPU time as well.
type Task struct {
	mark   Mark
	before int64
}

// BeginTask notes that a task begins that was wanted at an instant before.
func BeginTask(lane, name, category string, asked time.Time, cpuOf string) *Task {
	if cpuOf == OfThread {
		runtime.LockOSThread()
	}
	before, _ := readClock(cpuClock(cpuOf))
	return &Task{before: before, mark: Mark{
		Kind: "span", Lane: lane, Name: name, Category: category,
		Asked: asked, Begin: time.Now(), Measured: cpuOf,
	}}
}

// End notes that the task has ended.
func (t *Task) End() {
	t.mark.End = time.Now()
	after, _ := readClock(cpuClock(t.mark.Measured))
	t.mark.CPU = time.Duration(after - t.before)
	if t.mark.Measured == OfThread {
		runtime.UnlockOSThread()
	}
	Add(t.mark)
}

// Wait is the part of a task's time in which its process or thread did not run; none
// where several threads ran at once for as long.
func (m Mark) Wait() time.Duration {
	return max(m.End.Sub(m.Begin)-m.CPU, 0)
}

func cpuClock(cpuOf string) uintptr {
	if cpuOf == OfThread {
		return clockThreadCPU
	}
	return clockProcessCPU
}
