// Package risk scores a payment by a forest of decision trees that is grown ahead from
// made-up cases, always the same.
package risk

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"example.com/payment_gateway/internal/tables"
)

const (
	trees    = 30
	depth    = 10
	cases    = 6000
	features = 6
)

type sample struct {
	values [features]float64
	fraud  bool
}

type node struct {
	feature     int
	threshold   float64
	left, right *node
	score       float64
}

var forest []*node

func init() { tables.Register("risk", fill) }

func fill() {
	random := rand.New(rand.NewPCG(20, 26))
	samples := make([]sample, cases)
	for i := range samples {
		for j := range samples[i].values {
			samples[i].values[j] = random.Float64()
		}
		v := samples[i].values
		samples[i].fraud = v[0]*v[1]+v[2] > 1.1+0.2*random.NormFloat64()
	}
	for range trees {
		forest = append(forest, grow(samples, depth, random))
	}
}

// grow splits the samples at the median of a feature drawn at random.
func grow(samples []sample, depth int, random *rand.Rand) *node {
	if depth == 0 || len(samples) < 2 {
		return &node{score: share(samples)}
	}
	feature := random.IntN(features)
	sorted := slices.Clone(samples)
	slices.SortFunc(sorted, func(a, b sample) int {
		return cmp.Compare(a.values[feature], b.values[feature])
	})
	half := len(sorted) / 2
	return &node{
		feature: feature, threshold: sorted[half].values[feature],
		left:  grow(sorted[:half], depth-1, random),
		right: grow(sorted[half:], depth-1, random),
	}
}

func share(samples []sample) float64 {
	fraud := 0
	for _, one := range samples {
		if one.fraud {
			fraud++
		}
	}
	return float64(fraud) / float64(max(len(samples), 1))
}

// Score gives the mean of what the trees say of a payment.
func Score(values [features]float64) float64 {
	sum := 0.0
	for _, tree := range forest {
		at := tree
		for at.left != nil {
			if values[at.feature] < at.threshold {
				at = at.left
			} else {
				at = at.right
			}
		}
		sum += at.score
	}
	return sum / float64(max(len(forest), 1))
}
