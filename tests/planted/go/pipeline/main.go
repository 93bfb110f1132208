// Command pipeline hands one value through goroutines by channels, each adding its part.
package main

import "example.com/planted/plant"

func stage(in <-chan int, work func()) <-chan int {
	out := make(chan int)
	go func() {
		value := <-in
		work()
		out <- value + 1
	}()
	return out
}

func main() {
	plant.Begin()
	first := make(chan int)
	last := stage(stage(stage(first,
		func() { plant.Sleep("first", 30) }),
		func() { plant.Spin("second", 25) }),
		func() { plant.Sleep("third", 20) })
	first <- 0
	<-last
	plant.Ready()
}
