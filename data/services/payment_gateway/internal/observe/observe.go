// Package observe records the program's own view of its start from the earliest instant
// its code can run: every other package of the service that has something to initialise
// imports it, so that its initialiser comes before theirs.
//
// GATEWAY_OBSERVE names what to record, separated by commas: trace (runtime/trace), cpu,
// heap, allocs, block, mutex, goroutine (runtime/pprof). GATEWAY_OBSERVE_DIR says where.
// Each disturbs the others, so a measurement asks for one at a time.
package observe

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"slices"
	"strings"
)

var (
	dir      = os.Getenv("GATEWAY_OBSERVE_DIR")
	wanted   = strings.Split(os.Getenv("GATEWAY_OBSERVE"), ",")
	running  []func() error
	failures []error
)

func init() {
	if os.Getenv("GATEWAY_OBSERVE") == "" {
		return
	}
	for _, name := range wanted {
		begin(name)
	}
}

func begin(name string) {
	switch name {
	case "trace":
		begun("trace.out", trace.Start, trace.Stop)
	case "cpu":
		begun("cpu.pprof", pprof.StartCPUProfile, pprof.StopCPUProfile)
	case "heap", "goroutine":
	case "allocs":
		runtime.MemProfileRate = 4096
	case "block":
		runtime.SetBlockProfileRate(1)
	case "mutex":
		runtime.SetMutexProfileFraction(1)
	default:
		failures = append(failures, fmt.Errorf("GATEWAY_OBSERVE: nothing is called %q", name))
	}
}

// begun starts a recording that runs until Stop.
func begun(name string, start func(io.Writer) error, stop func()) {
	file, err := os.Create(filepath.Join(dir, name))
	if err == nil {
		err = start(file)
	}
	if err != nil {
		failures = append(failures, err)
		return
	}
	running = append(running, func() error { stop(); return file.Close() })
}

// Stop ends what runs and writes the profiles that were asked for.
func Stop() error {
	for _, stop := range running {
		failures = append(failures, stop())
	}
	for _, name := range []string{"heap", "allocs", "block", "mutex", "goroutine"} {
		if slices.Contains(wanted, name) {
			failures = append(failures, write(name))
		}
	}
	return errors.Join(failures...)
}

func write(name string) error {
	file, err := os.Create(filepath.Join(dir, name+".pprof"))
	if err != nil {
		return err
	}
	return errors.Join(pprof.Lookup(name).WriteTo(file, 0), file.Close())
}
