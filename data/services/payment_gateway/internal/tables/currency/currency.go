// Package currency holds the cheapest way to change each currency into each other one,
// worked out ahead over all chains of exchanges.
package currency

import (
	"math"

	"example.com/payment_gateway/internal/tables"
)

const currencies = 400

var rates [][]float64

func init() { tables.Register("currency", fill) }

func fill() {
	rates = make([][]float64, currencies)
	seed := uint32(88172645)
	for from := range rates {
		rates[from] = make([]float64, currencies)
		for to := range rates[from] {
			seed = seed*1664525 + 1013904223
			rates[from][to] = 0.5 + float64(seed>>8)/(1<<24)
		}
		rates[from][from] = 0
	}
	for via := range rates {
		for from := range rates {
			first := rates[from][via]
			for to, direct := range rates[from] {
				rates[from][to] = math.Min(direct, first+rates[via][to])
			}
		}
	}
}

// Cost gives the cost of changing one currency into another.
func Cost(from, to int) float64 { return rates[from%currencies][to%currencies] }
