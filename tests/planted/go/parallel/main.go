// Command parallel keeps every CPU busy with goroutines of different length; only the last to end
// is on the path.
package main

import (
	"sync"
	"sync/atomic"

	"example.com/planted/plant"
)

func main() {
	plant.Begin()
	var group sync.WaitGroup
	var shorterEnded atomic.Bool
	start := func(work func()) {
		group.Add(1)
		go func() {
			defer group.Done()
			work()
		}()
	}
	start(func() { plant.Busy(20); shorterEnded.Store(true) })
	start(func() {
		plant.Spin("longest", 80)
		if !shorterEnded.Load() {
			plant.Spoiled()
		}
	})
	group.Wait()
	plant.Ready()
}
