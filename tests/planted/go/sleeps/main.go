// Command sleeps sleeps and works in turn on its main goroutine.
package main

import "example.com/planted/plant"

func main() {
	plant.Begin()
	plant.Sleep("sleep 1", 40)
	plant.Spin("spin", 25)
	plant.Sleep("sleep 2", 50)
	plant.Ready()
}
