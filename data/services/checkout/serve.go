package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"example.com/marks"
)

const graceful = 5 * time.Second

// serve starts, listens, warms up, and ends when told to.
func serve(ctx context.Context, o options) error {
	p, err := start(ctx, o)
	if err != nil {
		return err
	}
	plain, err := net.Listen("tcp", o.listen)
	if err != nil {
		return err
	}
	marks.Instant("listening")
	secure, err := tls.Listen("tcp", o.listenTLS, &tls.Config{Certificates: []tls.Certificate{p.identity}})
	if err != nil {
		return err
	}
	answered := make(chan struct{})
	server := &http.Server{Handler: handler(answered), ReadHeaderTimeout: time.Second}
	ended := make(chan error, 2)
	for _, listener := range []net.Listener{plain, secure} {
		go func() { ended <- server.Serve(listener) }()
	}
	fmt.Printf("listening on %s, %s\n", o.listen, p.assets)

	// the warm-up runs on after the health check, and is finished even when told to end
	warm := make(chan error, 1)
	go func() {
		<-answered
		warm <- warmUp(context.WithoutCancel(ctx), p)
	}()

	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	return shutDown(server, p, answered, warm, o.marks)
}

// handler answers /healthz and tells of its first answer.
func handler(answered chan<- struct{}) http.Handler {
	var first sync.Once
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "ok")
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
		first.Do(func() {
			marks.Instant("ready")
			close(answered)
		})
	})
	return mux
}

// shutDown ends politely: requests and the warm-up are finished, sessions closed,
// the marks written.
func shutDown(server *http.Server, p *parts, answered <-chan struct{}, warm <-chan error, path string) error {
	ctx, cancel := context.WithTimeout(context.Background(), graceful)
	defer cancel()
	err := server.Shutdown(ctx)
	select {
	case <-answered:
		select {
		case failed := <-warm:
			err = errors.Join(err, failed)
		case <-ctx.Done():
			err = errors.Join(err, ctx.Err())
		}
	default: // never asked for its health, so never warmed up
	}
	return errors.Join(err, p.keys.Close(), p.database.Close(), marks.Write(path, "checkout"))
}
