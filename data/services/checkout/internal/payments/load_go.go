//go:build !cgo

package payments

import "example.com/marks"

func load(module string, _ []string) (Loaded, error) {
	defer marks.Span(lane, "payments check "+module, "cpu")()
	return Loaded{Path: "compiled in", Checksum: checksum(seed(module), rounds)}, nil
}
