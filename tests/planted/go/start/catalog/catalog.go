// Package catalog works when it is initialised.
package catalog

import "example.com/planted/plant"

func init() {
	plant.Begin()
	plant.Spin("init catalog", 35)
}
