// Package routes knows which acquirer a card number goes to. Its ranges are made up and
// sorted ahead.
package routes

import (
	"cmp"
	"slices"
	"sort"

	"example.com/payment_gateway/internal/tables"
)

const count = 700_000

type cards struct {
	first    uint64
	acquirer uint8
}

var ranges []cards

func init() { tables.Register("routes", fill) }

func fill() {
	ranges = make([]cards, count)
	seed := uint64(88172645463325252)
	for i := range ranges {
		seed ^= seed << 13
		seed ^= seed >> 7
		seed ^= seed << 17
		ranges[i] = cards{first: seed, acquirer: uint8(seed % 23)}
	}
	slices.SortFunc(ranges, func(a, b cards) int { return cmp.Compare(a.first, b.first) })
}

// Acquirer names who takes a card number.
func Acquirer(number uint64) uint8 {
	i := sort.Search(len(ranges), func(i int) bool { return ranges[i].first > number })
	return ranges[max(i-1, 0)].acquirer
}
