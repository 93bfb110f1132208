// Package plant takes the marks of a program whose truth is known: what its critical path was
// doing, from when to when; see README.md for the format, and planted.h, its counterpart in C.
package plant

import (
	"encoding/json"
	"log"
	"math"
	"os"
	"runtime/trace"
	"sync"
	"time"
	_ "unsafe" // for linkname
)

// What a part of the path may be; causes.py says what each is.
const (
	SleepCause = "sleep"
	BackOff    = "back-off"
	CPU        = "cpu"
	GC         = "gc"
	Allocation = "allocation"
	Process    = "process"
	Connect    = "connect"
	Reply      = "reply"
	DNS        = "dns"
	TLS        = "tls"
)

type mark struct {
	Mark        string `json:"mark"`
	MonotonicNs int64  `json:"monotonic_ns"`
	RealtimeNs  int64  `json:"realtime_ns,omitempty"`
	Part        string `json:"part,omitempty"`
	Cause       string `json:"cause,omitempty"`
}

var (
	mu     sync.Mutex
	marks  = make([]mark, 0, 1024)
	tracer *os.File
)

// CLOCK_MONOTONIC in ns; package time shows only differences of it.
//
//go:linkname nanotime runtime.nanotime
func nanotime() int64

func take(new mark) {
	mu.Lock()
	defer mu.Unlock()
	marks = append(marks, new)
}

// Open reads the clocks, and starts runtime/trace where PLANTED_TRACE names a file for it. A
// program that another one started to be a part of its path needs no more than this.
func Open() {
	take(clocks())
	if path := os.Getenv("PLANTED_TRACE"); path != "" {
		file, err := os.Create(path)
		Check(err)
		Check(trace.Start(file))
		tracer = file
	}
}

// Begin opens the marks; the window begins here.
func Begin() {
	Open()
	take(mark{Mark: "window", MonotonicNs: nanotime()})
}

// clocks reads both clocks at one instant: of several tries the one that took least.
func clocks() mark {
	best, least := mark{Mark: "clocks"}, int64(math.MaxInt64)
	for range 5 {
		before := nanotime()
		realtime := time.Now().UnixNano()
		if took := nanotime() - before; took < least {
			least = took
			best.MonotonicNs, best.RealtimeNs = before+took/2, realtime
		}
	}
	return best
}

// BeginPart notes that a part of the path begins.
func BeginPart(part, cause string) {
	take(mark{Mark: "begin", MonotonicNs: nanotime(), Part: part, Cause: cause})
}

// EndPart notes that it ends.
func EndPart(part string) {
	take(mark{Mark: "end", MonotonicNs: nanotime(), Part: part})
}

// Part does a part of the path between its two marks.
func Part(part, cause string, do func()) {
	BeginPart(part, cause)
	do()
	EndPart(part)
}

// Sleep is a part that sleeps.
func Sleep(part string, ms int) {
	Part(part, SleepCause, func() { Pause(ms) })
}

// Spin is a part that keeps a CPU busy, without a system call.
func Spin(part string, ms int) {
	Part(part, CPU, func() { Busy(ms) })
}

// Pause sleeps.
func Pause(ms int) {
	time.Sleep(time.Duration(ms) * time.Millisecond)
}

// Busy keeps a CPU busy, by the wall clock: other load does not stretch it.
func Busy(ms int) {
	end := nanotime() + int64(ms)*int64(time.Millisecond)
	for nanotime() < end {
	}
}

// Ready says that the milestone is reached, then writes the marks.
func Ready() {
	_, err := os.Stdout.WriteString("ready\n")
	Check(err)
	take(mark{Mark: "ready", MonotonicNs: nanotime()})
	Write()
}

// Spoiled is for where a branch that is not marked ended after the one that is: what the marks say
// would not be true. The run is made again.
func Spoiled() {
	_, err := os.Stdout.WriteString("spoiled\n")
	Check(err)
	os.Exit(0)
}

// Write appends the marks to the file that is the last argument, and ends the trace.
func Write() {
	if tracer != nil {
		trace.Stop()
		Check(tracer.Close())
	}
	take(clocks())
	file, err := os.OpenFile(os.Args[len(os.Args)-1], os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	Check(err)
	mu.Lock()
	defer mu.Unlock()
	encoder := json.NewEncoder(file)
	for _, mark := range marks {
		Check(encoder.Encode(mark))
	}
	Check(file.Close())
}

// Check ends the program where something went wrong.
func Check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
