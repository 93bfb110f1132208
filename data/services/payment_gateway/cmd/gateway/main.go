// Command gateway is a payment gateway that starts the way many services do. It does
// little of use: it is here to be recorded. The README lists its switches.
//
//	gateway [-root DIR] [-var DIR] [-out DIR]
//	gateway prebuild -root DIR
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"example.com/marks"
	"example.com/payment_gateway/internal/assets"
	"example.com/payment_gateway/internal/config"
	"example.com/payment_gateway/internal/gateway"
	"example.com/payment_gateway/internal/observe"
	"example.com/payment_gateway/internal/settings"
	"example.com/payment_gateway/internal/web"
)

const graceful = 15 * time.Second

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gateway:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	prebuild := len(args) > 0 && args[0] == "prebuild"
	if prebuild {
		args = args[1:]
	}
	flags := flag.NewFlagSet("gateway", flag.ContinueOnError)
	root := flags.String("root", ".", "folder that holds config and, prebuilt, assets")
	state := flags.String("var", "var/{pid}", "folder for what a start leaves behind; {pid} is replaced")
	out := flags.String("out", "", "folder for marks, spans and requests; none are written without")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if prebuild {
		return assets.Prebuild(filepath.Join(*root, "assets"))
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	return serve(ctx, *root, marks.Path(*state), newOutputs(marks.Path(*out)))
}

// outputs are the files a start writes when it ends.
type outputs struct{ marks, spans, requests string }

func newOutputs(dir string) outputs {
	if dir == "" {
		return outputs{spans: os.DevNull}
	}
	return outputs{
		marks:    filepath.Join(dir, "marks.jsonl"),
		spans:    filepath.Join(dir, "spans.otlp.jsonl"),
		requests: filepath.Join(dir, "requests.jsonl"),
	}
}

func serve(ctx context.Context, root, state string, out outputs) error {
	switches, err := settings.Read()
	if err != nil {
		return err
	}
	done := marks.Span("main", "config", "files")
	c, err := config.Read(root)
	done()
	if err != nil {
		return err
	}
	if out.marks != "" {
		if err := os.MkdirAll(filepath.Dir(out.marks), 0o755); err != nil {
			return err
		}
	}
	g, err := gateway.New(c, switches, gateway.Files{Root: root, Var: state, Out: out.spans})
	if err != nil {
		return err
	}
	if !switches.Deferred() {
		if err := g.All(ctx); err != nil {
			return err
		}
	}
	server, err := web.Listen(g, c.Listen)
	if err != nil {
		return err
	}
	rest := make(chan error, 1)
	// what was begun is finished even when told to end
	go func() { rest <- finish(context.WithoutCancel(ctx), g, server, switches) }()
	select {
	case err := <-server.Ended():
		return err
	case <-ctx.Done():
	}
	return shutDown(g, server, rest, out)
}

// finish does what is left after the first health answer.
func finish(ctx context.Context, g *gateway.Gateway, server *web.Server, switches settings.Switches) error {
	<-server.Answered()
	if switches.Init == settings.Background {
		time.Sleep(switches.BackgroundAfter)
		if err := g.All(ctx); err != nil {
			return err
		}
	}
	<-g.Done()
	err := g.WarmUp(ctx)
	marks.Instant("warm")
	return err
}

// shutDown ends politely: what was begun and requests are finished, then all is written.
func shutDown(g *gateway.Gateway, server *web.Server, rest <-chan error, out outputs) error {
	ctx, cancel := context.WithTimeout(context.Background(), graceful)
	defer cancel()
	var err error
	select {
	case <-server.Answered():
		select {
		case err = <-rest:
		case <-ctx.Done(): // on first request, and not all were asked for
		}
	default: // never asked for its health
	}
	return errors.Join(err, server.Close(ctx), observe.Stop(), g.Close(),
		server.Log().Write(out.requests), marks.Write(out.marks, "gateway"))
}
