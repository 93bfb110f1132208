// Package web serves HTTP and HTTPS, and notes of each request how long it waited for a
// part of the start.
package web

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
	"example.com/payment_gateway/internal/config"
	"example.com/payment_gateway/internal/gateway"
	"example.com/payment_gateway/internal/metrics"
)

// patience is how long a client may take; a handshake can have to wait for its certificate.
const patience = time.Minute

// Server serves one gateway.
type Server struct {
	gateway  *gateway.Gateway
	metrics  *metrics.Metrics
	server   *http.Server
	log      Log
	answered chan struct{}
	ended    chan error
}

// Listen opens the ports and begins to serve.
func Listen(g *gateway.Gateway, c config.Listen) (*Server, error) {
	s := &Server{gateway: g, answered: make(chan struct{}), ended: make(chan error, 2)}
	s.server = &http.Server{Handler: s.handler(), ReadHeaderTimeout: patience}
	plain, err := net.Listen("tcp", c.HTTP)
	if err != nil {
		return nil, err
	}
	secure, err := tls.Listen("tcp", c.HTTPS, &tls.Config{GetCertificate: g.Certificate})
	if err != nil {
		return nil, errors.Join(err, plain.Close())
	}
	marks.Instant("listening")
	for _, listener := range []net.Listener{plain, secure} {
		go func() { s.ended <- s.server.Serve(listener) }()
	}
	return s, nil
}

// Answered is closed when the health was asked for and answered for the first time.
func (s *Server) Answered() <-chan struct{} { return s.answered }

// Ended tells of a server that ended by itself.
func (s *Server) Ended() <-chan error { return s.ended }

// Log gives the requests so far.
func (s *Server) Log() *Log { return &s.log }

// Close finishes the requests under way.
func (s *Server) Close(ctx context.Context) error { return s.server.Shutdown(ctx) }

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	classes := s.gateway.Classes()
	names := make([]string, len(classes))
	for i, class := range classes {
		names[i] = class.Name
		mux.HandleFunc("GET /"+class.Name, func(w http.ResponseWriter, r *http.Request) { s.serve(class, w, r) })
	}
	s.metrics = metrics.New(names)
	mux.Handle("GET /metrics", s.metrics.Handler())
	var first sync.Once
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "ok")
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
		first.Do(func() {
			marks.Instant("health answered")
			close(s.answered)
		})
	})
	return mux
}

func (s *Server) serve(class gateway.Class, w http.ResponseWriter, r *http.Request) {
	arrived := time.Now()
	err := s.gateway.Need(r.Context(), class.Needs...)
	waited := time.Since(arrived)
	if err == nil {
		err = class.Serve(w, r)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	}
	took := time.Since(arrived)
	s.metrics.Observe(class.Name, took)
	s.log.add(Request{
		Class: class.Name, Secure: r.TLS != nil, ArrivedNs: arrived.UnixNano(),
		WaitedNs: int64(waited), TookNs: int64(took), Failed: err != nil,
	})
}
