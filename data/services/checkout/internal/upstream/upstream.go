// Package upstream talks to the service that hands out signing keys.
package upstream

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"

	"example.com/checkout/internal/config"
	"example.com/marks"
)

// Client is a connection to the upstream. It is not for use by several goroutines.
type Client struct {
	host   string
	conn   *tls.Conn
	reader *bufio.Reader
}

// Dial looks the upstream up, connects and shakes hands, each step marked.
func Dial(ctx context.Context, lane string, c config.Upstream, resolver *net.Resolver) (*Client, error) {
	text, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s: no certificate in it", c.CAFile)
	}

	done := marks.Span(lane, "upstream dns", "network")
	addresses, err := resolver.LookupHost(ctx, c.Host)
	done()
	if err != nil {
		return nil, err
	}

	done = marks.Span(lane, "upstream connect", "network")
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(addresses[0], strconv.Itoa(c.Port)))
	done()
	if err != nil {
		return nil, err
	}

	done = marks.Span(lane, "upstream tls", "network")
	secure := tls.Client(conn, &tls.Config{ServerName: c.Host, RootCAs: roots})
	err = secure.HandshakeContext(ctx)
	done()
	if err != nil {
		conn.Close()
		return nil, err
	}
	return &Client{host: c.Host, conn: secure, reader: bufio.NewReader(secure)}, nil
}

// Get asks for a path and returns the body.
func (c *Client) Get(ctx context.Context, path string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+c.host+path, nil)
	if err != nil {
		return nil, err
	}
	if err := request.Write(c.conn); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(c.reader, request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %s", path, response.Status)
	}
	return io.ReadAll(response.Body)
}

// Close ends the connection.
func (c *Client) Close() error { return c.conn.Close() }
