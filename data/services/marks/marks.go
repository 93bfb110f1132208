// Package marks notes when the parts of a start begin and end.
//
// The marks are the service's own account of its start: what an attribution
// made from outside is compared with. They are kept in memory and written once,
// after the start, so that a span costs no system call on the way to ready; only one
// that also measures CPU time costs two.
package marks

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Mark is one entry: an instant, or a span.
type Mark struct {
	Kind, Lane, Name, Category string
	// Asked is when a task was first wanted; it can wait for others before it begins.
	Asked, Begin, End time.Time
	// CPU is what a task used; Measured says whether that is known, and of what.
	CPU      time.Duration
	Measured string
}

var (
	mu    sync.Mutex
	begun = time.Now() // the first instant this program's own code runs
	all   = []Mark{{Kind: "instant", Name: "first package init", Begin: begun, End: begun}}
)

// Span notes that a part begins and returns the function that notes its end.
// The lane names the goroutine it runs on; the category says what the part mostly
// costs: cpu, files, network, timer or process.
func Span(lane, name, category string) func() {
	begin := time.Now()
	return func() {
		Add(Mark{Kind: "span", Lane: lane, Name: name, Category: category, Begin: begin, End: time.Now()})
	}
}

// Instant notes that the start passed a milestone.
func Instant(name string) {
	now := time.Now()
	Add(Mark{Kind: "instant", Name: name, Begin: now, End: now})
}

// Add notes a mark that was put together elsewhere.
func Add(m Mark) {
	mu.Lock()
	defer mu.Unlock()
	all = append(all, m)
}

// All returns the marks noted so far, in the order they ended.
func All() []Mark {
	mu.Lock()
	defer mu.Unlock()
	return append([]Mark(nil), all...)
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
	// of a task only
	AskedMonotonicNs int64  `json:"asked_monotonic_ns,omitempty"`
	CPUOf            string `json:"cpu_of,omitempty"`
	CPUNs            *int64 `json:"cpu_ns,omitempty"`
	WaitNs           *int64 `json:"wait_ns,omitempty"`
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
		if m.Kind == "instant" {
			lines = append(lines, instantLine{
				"instant", process, pid, m.Name, monotonic(m.Begin), m.Begin.UnixNano(),
			})
			continue
		}
		line := spanLine{
			Kind: "span", Process: process, Pid: pid,
			Lane: m.Lane, Name: m.Name, Category: m.Category,
			BeginMonotonicNs: monotonic(m.Begin), EndMonotonicNs: monotonic(m.End),
			BeginRealtimeNs: m.Begin.UnixNano(), EndRealtimeNs: m.End.UnixNano(),
		}
		if m.Measured != "" {
			cpu, wait := int64(m.CPU), int64(m.Wait())
			line.AskedMonotonicNs = monotonic(m.Asked)
			line.CPUOf, line.CPUNs, line.WaitNs = m.Measured, &cpu, &wait
		}
		lines = append(lines, line)
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
		before := time.Now()
		now, ok := readClock(clockMonotonic)
		after := time.Now()
		width := int64(after.Sub(before))
		if ok && width < uncertainty {
			middle := int64(before.Sub(begun)) + width/2
			offset, uncertainty = now-middle, width
		}
	}
	return offset, uncertainty
}
