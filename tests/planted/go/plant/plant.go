// Package plant takes the marks of a program whose truth is known; see planted.h,
// its counterpart in C.
package plant

import (
	"encoding/json"
	"log"
	"os"
	"sync"
	"time"
)

type mark struct {
	Name   string `json:"name"`
	TimeNs int64  `json:"time_ns"`
}

var (
	mu    sync.Mutex
	marks = make([]mark, 0, 256)
)

// Mark notes the instant, by the wall clock.
func Mark(name string) {
	now := time.Now().UnixNano()
	mu.Lock()
	defer mu.Unlock()
	marks = append(marks, mark{name, now})
}

// Sleep sleeps between two marks: NAME begin and NAME end.
func Sleep(name string, ms int) {
	Mark(name + " begin")
	time.Sleep(time.Duration(ms) * time.Millisecond)
	Mark(name + " end")
}

// Spin keeps a CPU busy between two marks, without a system call.
func Spin(name string, ms int) {
	Mark(name + " begin")
	Busy(ms)
	Mark(name + " end")
}

// Busy keeps a CPU busy, by the wall clock.
func Busy(ms int) {
	end := time.Now().Add(time.Duration(ms) * time.Millisecond)
	for time.Now().Before(end) {
	}
}

// Ready says that the milestone is reached, then writes the marks.
func Ready() {
	_, err := os.Stdout.WriteString("ready\n")
	Check(err)
	Mark("ready")
	Write()
}

// Write appends the marks to the file that is the last argument.
func Write() {
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
