// Command fanout runs three goroutines at once; only the last to end is on the path.
package main

import (
	"sync"
	"time"

	"example.com/planted/plant"
)

func main() {
	plant.Mark("begin")
	var group sync.WaitGroup
	for _, step := range []func(){
		func() { time.Sleep(20 * time.Millisecond) },
		func() { plant.Sleep("sleep", 35); plant.Spin("spin", 30) },
		func() { plant.Busy(15) },
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
