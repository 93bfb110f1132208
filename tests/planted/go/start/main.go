// Command start is initialised slowly: its packages work and sleep before main.
package main

import (
	"example.com/planted/plant"
	_ "example.com/planted/start/cache" // is initialised slowly
)

func main() {
	plant.Spin("main", 15)
	plant.Ready()
}
