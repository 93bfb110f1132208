package main

import (
	"fmt"
	"net"
	"net/http"
	"time"
)

// serveModules is a module proxy over the files that the go command itself keeps of the
// modules it has fetched.
func serveModules(address, folder string, delay time.Duration) (func() error, error) {
	return serveHTTP(address, delay, http.FileServer(http.Dir(folder)))
}

func serveMetadata(address string, delay time.Duration) (func() error, error) {
	return serveHTTP(address, delay, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s of the lab\n", r.URL.Path)
	}))
}

func serveHTTP(address string, delay time.Duration, handler http.Handler) (func() error, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	late := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(delay)
		handler.ServeHTTP(w, r)
	})
	server := &http.Server{Handler: late, ReadHeaderTimeout: time.Minute}
	return func() error { return server.Serve(listener) }, nil
}
