// Command cond passes a baton through goroutines by sync.Cond, each working or sleeping.
package main

import (
	"sync"

	"example.com/planted/plant"
)

func main() {
	plant.Begin()
	var mu sync.Mutex
	changed := sync.NewCond(&mu)
	turn := 0
	await := func(mine int) {
		mu.Lock()
		defer mu.Unlock()
		for turn != mine {
			changed.Wait()
		}
	}
	handOn := func() {
		mu.Lock()
		defer mu.Unlock()
		turn++
		changed.Broadcast()
	}
	for at, work := range []func(){
		func() { plant.Spin("first", 25) },
		func() { plant.Sleep("second", 30) },
		func() { plant.Spin("third", 20) },
	} {
		go func() {
			await(at + 1)
			work()
			handOn()
		}()
	}
	handOn()
	await(4)
	plant.Ready()
}
