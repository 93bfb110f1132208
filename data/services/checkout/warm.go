package main

import (
	"context"
	"fmt"

	"example.com/checkout/internal/catalog"
	"example.com/checkout/internal/geo"
	"example.com/checkout/internal/rules"
	"example.com/marks"
)

// warmUp does what need not be done before the first answer.
func warmUp(ctx context.Context, p *parts) error {
	err := inParallel(
		func() error { warmPrices(); return nil },
		func() error { return warmKeys(ctx, p) },
		func() error { return warmDatabase(p) },
	)
	marks.Instant("warm")
	return err
}

// warmPrices works out the price of every article in every tax zone once.
func warmPrices() {
	defer marks.Span("warm prices", "warm prices", "cpu")()
	byArticle := make(map[string]int64, catalog.Len())
	catalog.Each(func(number string, article catalog.Article) {
		rate := int64(geo.Rate(uint32(article.Cents) << 15))
		byArticle[number] = article.Cents * (100 + rate) / 100
	})
	rules.Match("card", "de", "card-de-12345678-ab12")
}

func warmKeys(ctx context.Context, p *parts) error {
	defer marks.Span("warm keys", "warm keys", "network")()
	for i := range 3 {
		if _, err := p.keys.Get(ctx, fmt.Sprintf("%s/%d", p.config.Upstream.Keys, i)); err != nil {
			return err
		}
	}
	return nil
}

func warmDatabase(p *parts) error {
	defer marks.Span("warm database", "warm database", "network")()
	for range 4 {
		if err := p.database.Query("SELECT 1"); err != nil {
			return err
		}
	}
	return nil
}
