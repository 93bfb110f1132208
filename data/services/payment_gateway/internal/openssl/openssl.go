// Package openssl reaches libcrypto in the way the build chose:
//
//	-tags dlopen     looked for at run time along a search path (cgo)
//	-tags openssl    linked statically (cgo)
//	neither          not at all: Go's own crypto does the same
package openssl

import "path/filepath"

// Library is a libcrypto in use.
type Library struct {
	Version string
	digest  func([]byte) [32]byte
}

// Digest gives the SHA-256 of data.
func (l *Library) Digest(data []byte) [32]byte { return l.digest(data) }

// candidates are the paths to try, in order.
func candidates(searchPath, names []string) []string {
	paths := make([]string, 0, len(searchPath)*len(names))
	for _, dir := range searchPath {
		for _, name := range names {
			paths = append(paths, filepath.Join(dir, name))
		}
	}
	return paths
}
