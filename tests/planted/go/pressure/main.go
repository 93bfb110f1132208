// Command pressure makes garbage beside a heap that leaves it little room, so that the collector
// runs again and again, and what allocates has to help it.
package main

import (
	"runtime"
	"runtime/debug"
	"time"

	"example.com/planted/plant"
)

type node struct {
	next    *node
	payload [6]uint64
}

func main() {
	plant.Begin()
	debug.SetGCPercent(10)
	plant.Part("allocate", plant.Allocation, func() {
		var kept, dropped *node
		for until := time.Now().Add(80 * time.Millisecond); time.Now().Before(until); {
			for at := range 1000 {
				dropped = &node{next: dropped}
				if at%10 == 0 {
					kept = &node{next: kept}
				}
			}
			dropped = nil
		}
		runtime.KeepAlive(kept)
	})
	plant.Sleep("sleep", 20)
	plant.Ready()
}
