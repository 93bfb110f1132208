// Package cache sleeps when it is initialised, after the package it needs.
package cache

import (
	"example.com/planted/plant"
	_ "example.com/planted/start/catalog" // is initialised before
)

func init() {
	plant.Sleep("init cache", 40)
}
