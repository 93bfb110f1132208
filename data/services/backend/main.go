// Command backend plays everything the checkout service depends on: a name server,
// an upstream behind TLS that takes its time, a database that restarts when told
// of a migration, and the address to tell it. All of it on loopback, each with the
// delay it is given.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "backend:", err)
		os.Exit(1)
	}
}

func run() error {
	var (
		names    = flag.String("dns", "127.0.0.53:53", "address of the name server")
		dnsDelay = flag.Duration("dns-delay", 20*time.Millisecond, "wait before each of its answers")

		keys     = flag.String("upstream", "127.0.0.10:443", "address of the upstream")
		tlsDelay = flag.Duration("tls-delay", 40*time.Millisecond, "wait in its handshake")
		delay    = flag.Duration("reply-delay", 25*time.Millisecond, "wait before each of its replies")
		caFile   = flag.String("ca", "ca.pem", "file to write its certificate to")

		data      = flag.String("database", "127.0.0.11:5432", "address of the database")
		restart   = flag.Duration("restart", 85*time.Millisecond, "how long it is down for a migration")
		dataDelay = flag.Duration("session-delay", 15*time.Millisecond, "wait before each of its replies")

		control = flag.String("control", "127.0.0.12:7070", "address that is told of migrations")
	)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()

	database := &database{address: *data, delay: *dataDelay}
	if err := database.open(); err != nil {
		return err
	}
	hosts := map[string]net.IP{}
	for name, address := range map[string]string{"keys.lab.example.": *keys, "database.lab.example.": *data} {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return err
		}
		hosts[name] = net.ParseIP(host).To4()
	}
	ended := make(chan error, 3)
	for _, serve := range []func() (func() error, error){
		func() (func() error, error) { return serveNames(*names, *dnsDelay, hosts) },
		func() (func() error, error) { return serveKeys(*keys, *caFile, *tlsDelay, *delay) },
		func() (func() error, error) { return serveControl(*control, database, *restart) },
	} {
		loop, err := serve()
		if err != nil {
			return err
		}
		go func() { ended <- loop() }()
	}
	fmt.Println("backend ready")
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return nil
	}
}
