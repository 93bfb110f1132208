package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"

	"example.com/marks"
)

// WarmUp does what comes after everything else: OpenTelemetry, if it was deferred, and the
// first use of connections, so that no request has to be the first.
func (g *Gateway) WarmUp(ctx context.Context) error {
	var steps []func() error
	add := func(wanted bool, name, category string, step func(context.Context) error) {
		if wanted {
			steps = append(steps, func() error {
				defer marks.Span(name, name, category)()
				return step(ctx)
			})
		}
	}
	add(g.switches.WarmTLS, "warm tls", "cpu", g.warmTLS)
	add(g.switches.WarmRPC, "warm grpc", "network", g.warmRPC)
	add(g.switches.WarmPools, "warm database", "network", func(ctx context.Context) error {
		return g.database.Warm(ctx)
	})
	add(g.switches.WarmPools, "warm cache", "network", func(ctx context.Context) error {
		return g.cache.Warm(ctx)
	})
	err := atOnce(steps)
	if g.telemetry == nil {
		done := marks.Span("telemetry", "telemetry", "network")
		err = errors.Join(err, g.openTelemetry(ctx))
		done()
	}
	return err
}

// warmTLS shakes hands with the service's own port once.
func (g *Gateway) warmTLS(ctx context.Context) error {
	// nobody is to be convinced of who answers: it is this process
	dialer := tls.Dialer{
		NetDialer: &net.Dialer{Timeout: time.Second},
		Config:    &tls.Config{InsecureSkipVerify: true},
	}
	conn, err := dialer.DialContext(ctx, "tcp", g.config.Listen.HTTPS)
	if err != nil {
		return err
	}
	return conn.Close()
}

func (g *Gateway) warmRPC(ctx context.Context) error {
	return errors.Join(g.rpc.Call(ctx), g.fraud.Check(ctx))
}

func (g *Gateway) reportMarks(ctx context.Context) error {
	g.telemetry.Report(marks.All())
	return g.telemetry.Close(ctx)
}

func atOnce(steps []func() error) error {
	var group sync.WaitGroup
	failures := make([]error, len(steps))
	for i, step := range steps {
		group.Go(func() { failures[i] = step() })
	}
	group.Wait()
	return errors.Join(failures...)
}
