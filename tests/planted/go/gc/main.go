// Command gc makes a heap of many small objects, and has it collected again and again.
package main

import (
	"runtime"
	"runtime/debug"

	"example.com/planted/plant"
)

type node struct {
	left, right *node
	payload     [4]uint64
}

func tree(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{left: tree(depth - 1), right: tree(depth - 1)}
}

func main() {
	plant.Begin()
	debug.SetGCPercent(-1) // no collection but those that are marked
	var kept *node
	plant.Part("allocate", plant.CPU, func() { kept = tree(17) })
	for range 4 {
		plant.Part("collect", plant.GC, runtime.GC)
	}
	runtime.KeepAlive(kept)
	plant.Sleep("sleep", 20)
	plant.Ready()
}
