//go:build cgo

package payments

// #cgo LDFLAGS: -ldl
// #include <stdlib.h>
// #include "loader.h"
import "C"

import (
	"fmt"
	"unsafe"

	"example.com/marks"
)

func load(module string, paths []string) (Loaded, error) {
	library, tries := search(module, paths)
	if library == nil {
		return Loaded{}, fmt.Errorf("module %s: not found in %d places", module, tries)
	}
	defer marks.Span(lane, "payments check "+module, "cpu")()
	sum := C.loader_check(library, C.uint32_t(seed(module)), C.int(rounds))
	return Loaded{Path: paths[tries-1], Tries: tries, Checksum: uint32(sum)}, nil
}

func search(module string, paths []string) (library unsafe.Pointer, tries int) {
	defer marks.Span(lane, "payments search "+module, "files")()
	for i, path := range paths {
		name := C.CString(path)
		library = C.loader_open(name)
		C.free(unsafe.Pointer(name))
		if library != nil {
			return library, i + 1
		}
	}
	return nil, len(paths)
}
