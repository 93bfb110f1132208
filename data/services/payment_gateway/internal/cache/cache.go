// Package cache keeps the sessions in Redis, found through its sentinels.
package cache

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"example.com/payment_gateway/internal/config"
)

// Client is a pool of connections to the master of the day.
type Client struct {
	redis *redis.Client
	idle  int
}

// Open asks the sentinels for the master and connects to it as often as connections are to
// lie idle, one after the other.
func Open(ctx context.Context, c config.Cache) (*Client, error) {
	client := &Client{idle: c.Idle, redis: redis.NewFailoverClient(&redis.FailoverOptions{
		MasterName:    c.Master,
		SentinelAddrs: c.Sentinels,
		PoolSize:      2 * c.Idle,
	})}
	if err := client.each(ctx, func(conn *redis.Conn) error { return conn.Ping(ctx).Err() }); err != nil {
		return nil, errors.Join(fmt.Errorf("open pool: %w", err), client.Close())
	}
	return client, nil
}

// Warm has each idle connection read once.
func (c *Client) Warm(ctx context.Context) error {
	return c.each(ctx, func(conn *redis.Conn) error { return conn.Exists(ctx, "session:warm-up").Err() })
}

func (c *Client) each(ctx context.Context, use func(*redis.Conn) error) error {
	for range c.idle {
		conn := c.redis.Conn()
		defer conn.Close()
		if err := use(conn); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Visit counts the visits of a session.
func (c *Client) Visit(ctx context.Context, session string) (int64, error) {
	return c.redis.Incr(ctx, "session:"+session).Result()
}

// Close ends all connections.
func (c *Client) Close() error { return c.redis.Close() }
