// Command checkout is a service that starts the way many do: tables filled by
// package initialisers, configuration, assets unpacked, a certificate made, keys
// fetched over TLS, modules loaded, a migration run as a child process, a database
// waited for. It does nothing else of use: it is here to be recorded.
//
//	checkout serve -root DIR -listen ADDRESS [-marks FILE]
//	checkout migrate -root DIR [-marks FILE]
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"

	"example.com/marks"
)

// options are the flags of both commands.
type options struct {
	root      string
	listen    string
	listenTLS string
	dns       string
	marks     string
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "checkout:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 || (args[0] != "serve" && args[0] != "migrate") {
		return fmt.Errorf("usage: checkout serve|migrate -root DIR [flags]")
	}
	var o options
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.StringVar(&o.root, "root", ".", "folder that holds config, lib and var")
	flags.StringVar(&o.dns, "dns", "", "address of a name server; the system's if empty")
	flags.StringVar(&o.marks, "marks", "", "file to write timing marks to; {pid} is replaced")
	if args[0] == "serve" {
		flags.StringVar(&o.listen, "listen", "127.0.0.1:8080", "address to serve HTTP on")
		flags.StringVar(&o.listenTLS, "listen-tls", "127.0.0.1:8443", "address to serve HTTPS on")
	}
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	o.marks = marks.Path(o.marks)

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if args[0] == "migrate" {
		return migrate(ctx, o)
	}
	return serve(ctx, o)
}

// resolver is the system's, or one that asks the name server of the flags.
func (o options) resolver() *net.Resolver {
	if o.dns == "" {
		return net.DefaultResolver
	}
	return &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var dialer net.Dialer
			return dialer.DialContext(ctx, network, o.dns)
		},
	}
}
