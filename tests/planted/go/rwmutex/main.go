// Command rwmutex has readers wait for a writer that sleeps and works, and a writer for a reader.
package main

import (
	"sync"

	"example.com/planted/plant"
)

func main() {
	plant.Begin()
	var lock sync.RWMutex
	var readers sync.WaitGroup
	held := make(chan struct{})
	go func() {
		lock.Lock()
		defer lock.Unlock()
		close(held)
		plant.Sleep("writer: sleep", 25)
		plant.Spin("writer: spin", 20)
	}()
	<-held
	readers.Add(2)
	for at := range 2 {
		go func() {
			lock.RLock()
			defer lock.RUnlock()
			if at == 1 {
				plant.Sleep("reader: sleep", 30)
			}
			readers.Done()
		}()
	}
	readers.Wait()
	lock.Lock()
	plant.Ready()
	lock.Unlock()
}
