// Package catalog holds every article by its number. The map is filled when the
// package is initialised.
package catalog

import (
	"fmt"

	"example.com/marks"
)

const articles = 200_000

// Article is one thing that can be bought.
type Article struct {
	Name  string
	Cents int64
}

var byNumber = map[string]Article{}

func init() {
	defer marks.Span("main", "init catalog", "cpu")()
	seed := uint32(2463534242)
	for i := range articles {
		seed ^= seed << 13
		seed ^= seed >> 17
		seed ^= seed << 5
		number := fmt.Sprintf("%06d-%04x", i, seed&0xffff)
		byNumber[number] = Article{Name: "article " + number, Cents: int64(seed % 100_000)}
	}
}

// Each calls f with every article.
func Each(f func(number string, article Article)) {
	for number, article := range byNumber {
		f(number, article)
	}
}

// Len says how many articles there are.
func Len() int { return len(byNumber) }
