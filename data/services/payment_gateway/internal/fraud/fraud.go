// Package fraud reaches the fraud detection, a gRPC service behind TLS.
package fraud

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"

	"example.com/payment_gateway/internal/config"
)

// Client is a connection to the fraud detection.
type Client struct {
	conn *grpc.ClientConn
}

// Dial connects and does not return before the peer says that it serves.
func Dial(ctx context.Context, c config.Fraud) (*Client, error) {
	text, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s holds no certificate", c.CAFile)
	}
	conn, err := grpc.NewClient("dns:///"+c.Address,
		grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: roots})),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: time.Minute}))
	if err != nil {
		return nil, err
	}
	client := &Client{conn: conn}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(c.Timeout))
	defer cancel()
	if err := client.Check(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return client, nil
}

// Check asks the fraud detection about a payment; it says no more than that it serves.
func (c *Client) Check(ctx context.Context) error {
	reply, err := grpc_health_v1.NewHealthClient(c.conn).Check(
		ctx, &grpc_health_v1.HealthCheckRequest{}, grpc.WaitForReady(true))
	if err == nil && reply.Status != grpc_health_v1.HealthCheckResponse_SERVING {
		err = fmt.Errorf("fraud detection is %s", reply.Status)
	}
	return err
}

// Close ends the connection.
func (c *Client) Close() error { return c.conn.Close() }
