// Package settings reads the switches of a start from the environment. Each can be set
// by itself; what is not set is as on the bad day.
package settings

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// Init says when the initialisers run.
type Init string

// The policies.
const (
	Serial       Init = "serial"        // one after the other, before listening
	Parallel     Init = "parallel"      // each as soon as what it needs is there, before listening
	Background   Init = "background"    // the same, but after the first health answer
	FirstRequest Init = "first-request" // each when a request first needs it
)

// Switches are all there is to choose when the service starts.
type Switches struct {
	Init Init
	// BackgroundAfter is how long after the health answer the background begins.
	BackgroundAfter time.Duration
	// TablesInInit fills the tables in their packages' init(), not as tasks.
	TablesInInit bool
	// UnpackAssets unpacks the embedded assets; else they lie in the image already.
	UnpackAssets bool
	// TelemetryEager sets up OpenTelemetry before listening, not after warming up.
	TelemetryEager bool
	// WarmTLS, WarmRPC and WarmPools are used once before the first request needs them.
	WarmTLS, WarmRPC, WarmPools bool
	// ThreadCPU binds each task to a thread, so that its CPU time is its own.
	ThreadCPU bool
}

// Deferred says whether the service listens before its initialisers have run.
func (s Switches) Deferred() bool { return s.Init == Background || s.Init == FirstRequest }

// Read reads the switches and refuses values it does not know.
func Read() (Switches, error) {
	r := reader{}
	s := Switches{
		Init: Init(r.choice("GATEWAY_INIT",
			string(Serial), string(Parallel), string(Background), string(FirstRequest))),
		TablesInInit:   TablesInInit(),
		UnpackAssets:   r.choice("GATEWAY_ASSETS", "unpack", "prebuilt") == "unpack",
		TelemetryEager: r.choice("GATEWAY_TELEMETRY", "eager", "deferred") == "eager",
		WarmTLS:        r.choice("GATEWAY_WARM_TLS", "off", "on") == "on",
		WarmRPC:        r.choice("GATEWAY_WARM_GRPC", "off", "on") == "on",
		WarmPools:      r.choice("GATEWAY_WARM_POOLS", "off", "on") == "on",
		ThreadCPU:      r.choice("GATEWAY_CPU_MARKS", "process", "thread") == "thread",
	}
	r.choice(tables, "init", "task")
	if text := os.Getenv("GATEWAY_BACKGROUND_AFTER"); text != "" && r.err == nil {
		s.BackgroundAfter, r.err = time.ParseDuration(text)
	}
	return s, r.err
}

const tables = "GATEWAY_TABLES"

// TablesInInit is the one switch that package initialisers ask for, before main.
func TablesInInit() bool { return os.Getenv(tables) != "task" }

// reader keeps the first fault it meets.
type reader struct{ err error }

// choice gives the value of a variable; the first known one if it is not set.
func (r *reader) choice(name string, known ...string) string {
	value := os.Getenv(name)
	if value == "" {
		return known[0]
	}
	if !slices.Contains(known, value) && r.err == nil {
		r.err = fmt.Errorf("%s is %q, but must be one of %s", name, value, strings.Join(known, ", "))
	}
	return value
}
