package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

var (
	authenticationOk = []byte{'R', 0, 0, 0, 8, 0, 0, 0, 0}
	commandComplete  = []byte("C\x00\x00\x00\x0dSELECT 1\x00")
	readyForQuery    = []byte{'Z', 0, 0, 0, 5, 'I'}
)

// database speaks as much of the PostgreSQL protocol as it takes to start a session
// and to answer queries with nothing.
type database struct {
	address string
	delay   time.Duration

	mu       sync.Mutex
	listener net.Listener
}

func (d *database) open() error {
	listener, err := net.Listen("tcp", d.address)
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.listener = listener
	d.mu.Unlock()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // closed for a restart
			}
			go d.session(conn)
		}
	}()
	return nil
}

// restart refuses connections for a while.
func (d *database) restart(down time.Duration) error {
	d.mu.Lock()
	listener := d.listener
	d.listener = nil
	d.mu.Unlock()
	if listener == nil {
		return fmt.Errorf("is restarting already")
	}
	time.AfterFunc(down, func() {
		if err := d.open(); err != nil {
			fmt.Println("backend: database:", err)
		}
	})
	return listener.Close()
}

func (d *database) session(conn net.Conn) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	if _, err := message(reader); err != nil { // the start-up message has no type
		return
	}
	time.Sleep(d.delay)
	conn.Write(append(append([]byte(nil), authenticationOk...), readyForQuery...))
	for {
		kind, err := reader.ReadByte()
		if err != nil || kind != 'Q' {
			return
		}
		if _, err := message(reader); err != nil {
			return
		}
		time.Sleep(d.delay)
		conn.Write(append(append([]byte(nil), commandComplete...), readyForQuery...))
	}
}

// message skips a length and what it counts.
func message(reader io.Reader) (int64, error) {
	var length uint32
	if err := binary.Read(reader, binary.BigEndian, &length); err != nil {
		return 0, err
	}
	return io.CopyN(io.Discard, reader, int64(length)-4)
}

// serveControl restarts the database when told of a migration.
func serveControl(address string, d *database, down time.Duration) (func() error, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /migrate", func(w http.ResponseWriter, _ *http.Request) {
		if err := d.restart(down); err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
		}
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	return func() error { return server.Serve(listener) }, nil
}
