// Package payments loads the modules of the payment providers and lets each check
// itself.
//
// Built with cgo, a module is a shared library that is looked for along a long
// search path, one dlopen a try. Built without, the modules are compiled in.
package payments

import (
	"fmt"
	"path/filepath"
)

const (
	lane   = "payments"
	rounds = 12_000_000
)

// Loaded says what became of one module.
type Loaded struct {
	Path     string
	Tries    int
	Checksum uint32
}

// Load finds and checks the modules in turn.
func Load(root string, modules, versions, searchPath []string) ([]Loaded, error) {
	loaded := make([]Loaded, 0, len(modules))
	for _, module := range modules {
		one, err := load(module, candidates(root, module, versions, searchPath))
		if err != nil {
			return nil, err
		}
		if one.Checksum == 0 { // which this generator never gives
			return nil, fmt.Errorf("module %s failed its check", module)
		}
		loaded = append(loaded, one)
	}
	return loaded, nil
}

func candidates(root, module string, versions, searchPath []string) []string {
	paths := make([]string, 0, len(versions)*len(searchPath))
	for _, dir := range searchPath {
		for _, version := range versions {
			paths = append(paths, filepath.Join(root, dir, "libpayments_"+module+".so"+version))
		}
	}
	return paths
}

func seed(module string) uint32 {
	sum := uint32(2166136261)
	for _, b := range []byte(module) {
		sum = (sum ^ uint32(b)) * 16777619
	}
	return sum
}

// checksum is what native/payments.c computes, in Go.
func checksum(value uint32, rounds int) uint32 {
	for range rounds {
		value ^= value << 13
		value ^= value >> 17
		value ^= value << 5
	}
	return value
}
