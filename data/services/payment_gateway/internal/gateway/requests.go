package gateway

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"example.com/payment_gateway/internal/tables/currency"
	"example.com/payment_gateway/internal/tables/risk"
	"example.com/payment_gateway/internal/tables/routes"
	"example.com/payment_gateway/internal/tables/rules"
)

// Class is a kind of request: what it needs and what it does with it.
type Class struct {
	Name  string
	Needs []string
	Serve func(w http.ResponseWriter, r *http.Request) error
}

// Classes gives all kinds of requests. Those that need tables name none where init() has
// filled them; all need OpenTelemetry, to be reported to it, unless it was deferred.
func (g *Gateway) Classes() []Class {
	needs := func(names ...string) []string {
		if g.switches.TablesInInit {
			names = without(names, "rules", "risk", "currency", "routes")
		}
		if g.switches.TelemetryEager {
			names = append(names, "telemetry")
		}
		return names
	}
	return []Class{
		{"quote", needs("currency", "routes"), g.quote},
		{"page", needs("assets"), g.page},
		{"session", needs("cache"), g.session},
		{"pay", needs("rules", "risk", "openssl", "fraud", "database"), g.pay},
		{"book", needs("ledger"), g.book},
		{"scheme", needs("grpc"), g.scheme},
	}
}

func without(names []string, left ...string) []string {
	return slices.DeleteFunc(names, func(name string) bool { return slices.Contains(left, name) })
}

// Certificate gives the certificate of a TLS connection, made first if need be.
func (g *Gateway) Certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if err := g.Need(hello.Context(), "certificate"); err != nil {
		return nil, err
	}
	return &g.certificates[0], nil
}

func (g *Gateway) quote(w http.ResponseWriter, r *http.Request) error {
	n := number(r)
	_, err := fmt.Fprintf(w, "%.4f by %d\n", currency.Cost(n, n+7), routes.Acquirer(uint64(n)<<32))
	return err
}

func (g *Gateway) page(w http.ResponseWriter, r *http.Request) error {
	n := number(r) % 96
	path := filepath.Join(fmt.Sprintf("section%02d", n/8), fmt.Sprintf("page%03d.html", n))
	http.ServeFile(w, r, filepath.Join(g.assetsDir(), path))
	return nil
}

func (g *Gateway) session(w http.ResponseWriter, r *http.Request) error {
	visits, err := g.cache.Visit(r.Context(), strconv.Itoa(number(r)))
	if err == nil {
		_, err = fmt.Fprintln(w, visits)
	}
	return err
}

func (g *Gateway) pay(w http.ResponseWriter, r *http.Request) error {
	n := number(r)
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	reference := fmt.Sprintf("card-de-%024d-ab12", n)
	digest := g.libraries["vault"].Digest([]byte(reference))
	score := risk.Score([6]float64{float64(n%100) / 100, float64(n%7) / 7})
	if err := g.fraud.Check(ctx); err != nil {
		return err
	}
	id, err := g.database.Pay(ctx, reference, int64(n))
	if err == nil {
		_, err = fmt.Fprintf(w, "%d %t %.2f %x\n", id, rules.Match("card", "de", reference), score, digest[:4])
	}
	return err
}

func (g *Gateway) book(w http.ResponseWriter, r *http.Request) error {
	count, err := g.ledger.Book(r.Context(), "account", int64(number(r)))
	if err == nil {
		_, err = fmt.Fprintln(w, count)
	}
	return err
}

func (g *Gateway) scheme(w http.ResponseWriter, r *http.Request) error {
	err := g.rpc.Call(r.Context())
	if err == nil {
		_, err = fmt.Fprintln(w, "ok")
	}
	return err
}

// number is what a request is about; zero if it does not say.
func number(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("n"))
	if err != nil || n < 0 {
		return 0
	}
	return n
}
