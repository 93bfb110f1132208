//go:build cgo && dlopen

package openssl

// #cgo LDFLAGS: -ldl
// #include <stdlib.h>
// #include "dlopen.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// Open looks for libcrypto: each name in each folder, one dlopen a try.
func Open(searchPath, names []string) (*Library, error) {
	paths := candidates(searchPath, names)
	for _, path := range paths {
		name := C.CString(path)
		library := C.gateway_open(name)
		C.free(unsafe.Pointer(name))
		if library != nil {
			return use(path, library)
		}
	}
	return nil, fmt.Errorf("no libcrypto in %d places", len(paths))
}

func use(path string, library unsafe.Pointer) (*Library, error) {
	version := C.gateway_version(library)
	if version == nil {
		return nil, fmt.Errorf("%s is no libcrypto", path)
	}
	digest := func(data []byte) (sum [32]byte) {
		C.gateway_digest(library, unsafe.Pointer(unsafe.SliceData(data)), C.size_t(len(data)),
			(*C.uchar)(&sum[0]))
		return sum
	}
	return &Library{Version: C.GoString(version), digest: digest}, nil
}
