// Package geo knows which tax zone a postcode lies in. Its table of ranges is
// sorted when the package is initialised.
package geo

import (
	"sort"

	"example.com/marks"
)

const ranges = 180_000

type zone struct {
	first uint32
	rate  uint8
}

var zones []zone

func init() {
	defer marks.Span("main", "init geo", "cpu")()
	zones = make([]zone, ranges)
	seed := uint32(88172645)
	for i := range zones {
		seed = seed*1664525 + 1013904223
		zones[i] = zone{first: seed, rate: uint8(5 + seed>>8%21)}
	}
	sort.Slice(zones, func(i, j int) bool { return zones[i].first < zones[j].first })
}

// Rate gives the tax rate, in percent, of a postcode's number.
func Rate(postcode uint32) uint8 {
	i := sort.Search(len(zones), func(i int) bool { return zones[i].first > postcode })
	if i == 0 {
		return zones[0].rate
	}
	return zones[i-1].rate
}

// Len says how many ranges there are.
func Len() int { return len(zones) }
