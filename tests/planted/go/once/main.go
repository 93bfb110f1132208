// Command once has four goroutines ask for what a sync.Once makes, slowly, at the first request.
package main

import (
	"sync"

	"example.com/planted/plant"
)

func main() {
	plant.Begin()
	load := sync.OnceFunc(func() {
		plant.Sleep("load: sleep", 35)
		plant.Spin("load: spin", 25)
	})
	var group sync.WaitGroup
	for range 4 {
		group.Add(1)
		go func() {
			defer group.Done()
			load()
		}()
	}
	group.Wait()
	plant.Ready()
}
