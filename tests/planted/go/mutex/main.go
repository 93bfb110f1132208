// Command mutex wants a lock that another goroutine holds while it works and sleeps;
// a third goroutine is busy with something else.
package main

import (
	"sync"
	"time"

	"example.com/planted/plant"
)

func main() {
	plant.Begin()
	var lock sync.Mutex
	held := make(chan struct{})
	go func() {
		lock.Lock()
		close(held)
		plant.Spin("spin", 30)
		plant.Sleep("sleep", 25)
		lock.Unlock()
	}()
	go func() {
		for range 40 {
			plant.Busy(1)
			time.Sleep(time.Millisecond)
		}
	}()
	<-held
	lock.Lock()
	plant.Ready()
	lock.Unlock()
}
