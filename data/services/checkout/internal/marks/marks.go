// Package marks notes when the parts of a start begin and end.
//
// The marks are the service's own account of its start: what an attribution
// made from outside is compared with. They are kept in memory and written once,
// after the start, so that keeping them costs no system call on the way to ready.
package marks

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

const clockMonotonic = 1

type mark struct {
	kind, lane, name, category string
	begin, end                 time.Time
}

var (
	mu    sync.Mutex
	begun = time.Now() // the first instant this program's own code runs
	all   = []mark{{kind: "instant", name: "first package init", begin: begun, end: begun}}
)

// Span notes that a part begins and returns the function that notes its end.
// The lane names the goroutine it runs on; the category says what the part mostly
// costs: cpu, files, network, timer or process.
func Span(lane, name, category string) func() {
	begin := time.Now()
	return func() {
		add(mark{kind: "span", lane: lane, name: name, category: category, begin: begin, end: time.Now()})
	}
}

// Instant notes that the start passed a milestone.
func Instant(name string) {
	now := time.Now()
	add(mark{kind: "instant", name: name, begin: now, end: now})
}

func add(m mark) {
	mu.Lock()
	defer mu.Unlock()
	all = append(all, m)
}

// Path replaces "{pid}" in a file name by this process's id, so that many starts
// with the same arguments each keep a file of their own.
func Path(pattern string) string {
	return strings.ReplaceAll(pattern, "{pid}", strconv.Itoa(os.Getpid()))
}

type clockLine struct {
	Kind          string `json:"kind"`
	Process       string `json:"process"`
	Pid           int    `json:"pid"`
	UncertaintyNs int64  `json:"monotonic_uncertainty_ns"`
}

type instantLine struct {
	Kind        string `json:"kind"`
	Process     string `json:"process"`
	Pid         int    `json:"pid"`
	Name        string `json:"name"`
	MonotonicNs int64  `json:"monotonic_ns"`
	RealtimeNs  int64  `json:"realtime_ns"`
}

type spanLine struct {
	Kind             string `json:"kind"`
	Process          string `json:"process"`
	Pid              int    `json:"pid"`
	Lane             string `json:"lane"`
	Name             string `json:"name"`
	Category         string `json:"category"`
	BeginMonotonicNs int64  `json:"begin_monotonic_ns"`
	EndMonotonicNs   int64  `json:"end_monotonic_ns"`
	BeginRealtimeNs  int64  `json:"begin_realtime_ns"`
	EndRealtimeNs    int64  `json:"end_realtime_ns"`
}

// Write appends the marks noted so far to a file, one JSON object a line. An
// empty path writes nothing.
func Write(path, process string) error {
	if path == "" {
		return nil
	}
	mu.Lock()
	defer mu.Unlock()
	pid := os.Getpid()
	offset, uncertainty := monotonicOffset()
	monotonic := func(t time.Time) int64 { return int64(t.Sub(begun)) + offset }

	var out strings.Builder
	encoder := json.NewEncoder(&out)
	lines := []any{clockLine{"clock", process, pid, uncertainty}}
	for _, m := range all {
		if m.kind == "instant" {
			lines = append(lines, instantLine{
				"instant", process, pid, m.name, monotonic(m.begin), m.begin.UnixNano(),
			})
			continue
		}
		lines = append(lines, spanLine{
			"span", process, pid, m.lane, m.name, m.category,
			monotonic(m.begin), monotonic(m.end), m.begin.UnixNano(), m.end.UnixNano(),
		})
	}
	for _, line := range lines {
		if err := encoder.Encode(line); err != nil {
			return fmt.Errorf("encode marks: %w", err)
		}
	}

	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("open marks: %w", err)
	}
	if _, err := file.WriteString(out.String()); err != nil {
		file.Close()
		return fmt.Errorf("write marks: %w", err)
	}
	return file.Close()
}

// monotonicOffset says what CLOCK_MONOTONIC showed at begun, and how sure that is.
// Go's own monotonic reading counts from the start of the program, so the clock is
// asked itself, between two of Go's readings, and the closest pair of several wins.
func monotonicOffset() (offset, uncertainty int64) {
	uncertainty = int64(time.Hour)
	for range 5 {
		var ts syscall.Timespec
		before := time.Now()
		_, _, errno := syscall.RawSyscall(
			syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&ts)), 0)
		after := time.Now()
		width := int64(after.Sub(before))
		if errno == 0 && width < uncertainty {
			middle := int64(before.Sub(begun)) + width/2
			offset, uncertainty = ts.Nano()-middle, width
		}
	}
	return offset, uncertainty
}
