// Package database opens a session with a server that speaks the start of the
// PostgreSQL protocol, and waits for it where it is not up yet.
package database

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"example.com/checkout/internal/config"
	"example.com/marks"
)

const protocolVersion = 3 << 16

// Session is an open connection, ready for queries.
type Session struct {
	conn   net.Conn
	reader *bufio.Reader
}

// Open connects, sleeping longer after each refusal, and starts a session.
func Open(ctx context.Context, lane string, c config.Database, resolver *net.Resolver) (*Session, error) {
	done := marks.Span(lane, "database dns", "network")
	addresses, err := resolver.LookupHost(ctx, c.Host)
	done()
	if err != nil {
		return nil, err
	}
	conn, err := connect(ctx, lane, net.JoinHostPort(addresses[0], strconv.Itoa(c.Port)), c)
	if err != nil {
		return nil, err
	}
	defer marks.Span(lane, "database session", "network")()
	session := &Session{conn: conn, reader: bufio.NewReader(conn)}
	if err := session.start(c.User, c.Name); err != nil {
		conn.Close()
		return nil, err
	}
	return session, nil
}

func connect(ctx context.Context, lane, address string, c config.Database) (net.Conn, error) {
	dialer := net.Dialer{Timeout: time.Duration(c.DialWait)}
	for try := 0; ; try++ {
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			return conn, nil
		}
		if try == len(c.BackOff) {
			return nil, fmt.Errorf("database: given up after %d tries: %w", try+1, err)
		}
		done := marks.Span(lane, fmt.Sprintf("database back-off %d", try+1), "timer")
		time.Sleep(time.Duration(c.BackOff[try]))
		done()
	}
}

func (s *Session) start(user, name string) error {
	parameters := "user\x00" + user + "\x00database\x00" + name + "\x00\x00"
	message := binary.BigEndian.AppendUint32(nil, uint32(8+len(parameters)))
	message = binary.BigEndian.AppendUint32(message, protocolVersion)
	if _, err := s.conn.Write(append(message, parameters...)); err != nil {
		return err
	}
	return s.untilReady()
}

// Query sends a query and waits until the server is ready for the next.
func (s *Session) Query(text string) error {
	message := binary.BigEndian.AppendUint32([]byte{'Q'}, uint32(4+len(text)+1))
	if _, err := s.conn.Write(append(append(message, text...), 0)); err != nil {
		return err
	}
	return s.untilReady()
}

// untilReady reads messages up to ReadyForQuery.
func (s *Session) untilReady() error {
	for {
		var head [5]byte
		if _, err := io.ReadFull(s.reader, head[:]); err != nil {
			return fmt.Errorf("database: %w", err)
		}
		body := int64(binary.BigEndian.Uint32(head[1:])) - 4
		if _, err := io.CopyN(io.Discard, s.reader, body); err != nil {
			return fmt.Errorf("database: %w", err)
		}
		switch head[0] {
		case 'Z':
			return nil
		case 'E':
			return fmt.Errorf("database: refused the session")
		}
	}
}

// Close says goodbye and ends the connection.
func (s *Session) Close() error {
	s.conn.Write([]byte{'X', 0, 0, 0, 4})
	return s.conn.Close()
}
