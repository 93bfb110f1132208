// Package database keeps the pool of connections to PostgreSQL.
package database

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"example.com/payment_gateway/internal/config"
)

const insert = `INSERT INTO payments (reference, cents) VALUES ($1, $2)
ON CONFLICT (reference) DO UPDATE SET cents = excluded.cents RETURNING id`

// Pool is a set of connections.
type Pool struct {
	pool *pgxpool.Pool
	idle int
}

// Open connects as often as connections are to lie idle, one after the other, and asks
// each the time.
func Open(ctx context.Context, c config.Database) (*Pool, error) {
	address := url.URL{
		Scheme: "postgres", User: url.UserPassword(c.User, c.Credential),
		Host: net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))), Path: c.Name,
		RawQuery: "sslmode=disable",
	}
	settings, err := pgxpool.ParseConfig(address.String())
	if err != nil {
		return nil, err
	}
	settings.MaxConns = int32(2 * c.Idle)
	settings.ConnConfig.ConnectTimeout = time.Duration(c.Timeout)
	pool, err := pgxpool.NewWithConfig(ctx, settings)
	if err != nil {
		return nil, err
	}
	p := &Pool{pool: pool, idle: c.Idle}
	if err := p.each(ctx, "SELECT now()"); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open pool: %w", err)
	}
	return p, nil
}

// Warm has each idle connection prepare the statement that payments need.
func (p *Pool) Warm(ctx context.Context) error { return p.each(ctx, insert, "warm-up", 0) }

// each holds all idle connections at once, so that a query reaches every one.
func (p *Pool) each(ctx context.Context, query string, arguments ...any) error {
	for range p.idle {
		conn, err := p.pool.Acquire(ctx)
		if err != nil {
			return err
		}
		defer conn.Release()
		if _, err := conn.Exec(ctx, query, arguments...); err != nil {
			return err
		}
	}
	return nil
}

// Pay notes a payment and returns its number.
func (p *Pool) Pay(ctx context.Context, reference string, cents int64) (id int64, err error) {
	err = p.pool.QueryRow(ctx, insert, reference, cents).Scan(&id)
	return id, err
}

// Close ends all connections.
func (p *Pool) Close() { p.pool.Close() }
