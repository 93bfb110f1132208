// Command migrate has the main goroutine work in one thread after another: who wakes it then keeps
// its own thread in a system call that blocks.
package main

import (
	"syscall"

	"example.com/planted/plant"
)

func main() {
	plant.Begin()
	for range 6 {
		wake := make(chan struct{})
		go func() {
			wake <- struct{}{}
			_ = syscall.Nanosleep(&syscall.Timespec{Nsec: 12_000_000}, nil) // or until a signal
		}()
		<-wake
		plant.Spin("spin", 8)
		plant.Sleep("sleep", 5)
	}
	plant.Ready()
}
