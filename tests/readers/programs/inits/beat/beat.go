// Package beat makes inits of known length and size, and writes lines beside those of the runtime.
package beat

import (
	"os"
	"runtime"
	"time"
)

// Mark says what one init did, as it saw itself.
type Mark struct {
	Package string
	BeginNs int64 // of the wall clock
	LongNs  int64 // by the monotonic one
	Bytes   int64
}

// Marks are those of all inits, in the order they ran.
var Marks []Mark

var kept [][]byte

// Init works for some time, and allocates so many bytes.
func Init(name string, long time.Duration, size int) {
	begin := time.Now()
	kept = append(kept, make([]byte, size))
	for time.Since(begin) < long {
	}
	Marks = append(Marks, Mark{name, begin.UnixNano(), int64(time.Since(begin)), int64(size)})
}

// Collect collects garbage, which GODEBUG=gctrace=1 shows.
func Collect() { runtime.GC() }

// Chatter writes lines to stderr from now on, if it is asked to.
func Chatter() {
	if os.Getenv("CHATTER") == "" {
		return
	}
	go func() {
		for {
			os.Stderr.WriteString("{\"level\":\"info\",\"msg\":\"init of x @ 3 ms is under way\"}\n")
			time.Sleep(200 * time.Microsecond)
		}
	}()
}
