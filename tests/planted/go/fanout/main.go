// Command fanout runs three goroutines at once; only the last to end is on the path.
package main

import (
	"sync"
	"sync/atomic"

	"example.com/planted/plant"
)

func main() {
	plant.Begin()
	var group sync.WaitGroup
	var others atomic.Int32
	others.Store(2)
	for _, step := range []func(){
		func() { plant.Pause(20); others.Add(-1) },
		func() {
			plant.Sleep("sleep", 35)
			plant.Spin("spin", 30)
			if others.Load() > 0 {
				plant.Spoiled()
			}
		},
		func() { plant.Busy(15); others.Add(-1) },
	} {
		group.Add(1)
		go func() {
			defer group.Done()
			step()
		}()
	}
	group.Wait()
	plant.Ready()
}
