// Command locked hands a value to and fro between goroutines that are locked to their threads.
package main

import (
	"runtime"

	"example.com/planted/plant"
)

func main() {
	runtime.LockOSThread()
	plant.Begin()
	there, back := make(chan int), make(chan int)
	go func() {
		runtime.LockOSThread()
		for value := range there {
			plant.Spin("there: spin", 8)
			plant.Sleep("there: sleep", 7)
			back <- value + 1
		}
	}()
	for value := 0; value < 4; {
		there <- value
		value = <-back
		plant.Spin("back: spin", 6)
	}
	plant.Ready()
}
