package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"example.com/checkout/internal/assets"
	"example.com/checkout/internal/certificate"
	"example.com/checkout/internal/config"
	"example.com/checkout/internal/database"
	"example.com/checkout/internal/payments"
	"example.com/checkout/internal/upstream"
	"example.com/marks"
)

// parts are what a start puts together.
type parts struct {
	config   *config.Config
	keys     *upstream.Client
	database *database.Session
	identity tls.Certificate
	assets   string
}

// start does everything that comes before listening.
func start(ctx context.Context, o options) (*parts, error) {
	done := marks.Span("main", "config", "files")
	c, err := config.Read(o.root)
	done()
	if err != nil {
		return nil, err
	}
	p := &parts{config: c}

	done = marks.Span("main", "prepare", "parallel")
	err = inParallel(
		func() error { return p.unpackAssets(o.root) },
		func() error { return p.makeIdentity() },
		func() error { return p.loadPayments(o.root) },
		func() error { return p.fetchKeys(ctx, o) },
	)
	done()
	if err != nil {
		return nil, err
	}

	done = marks.Span("main", "migrate", "process")
	err = runMigration(ctx, o)
	done()
	if err != nil {
		return nil, err
	}
	p.database, err = database.Open(ctx, "main", c.Database, o.resolver())
	return p, err
}

// inParallel runs the steps, each on a goroutine of its own, and waits for all.
func inParallel(steps ...func() error) error {
	var group sync.WaitGroup
	failures := make([]error, len(steps))
	for i, step := range steps {
		group.Add(1)
		go func() {
			defer group.Done()
			failures[i] = step()
		}()
	}
	group.Wait()
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *parts) unpackAssets(root string) error {
	dir := filepath.Join(root, p.config.Service.AssetsDir)
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	done := marks.Span("assets", "assets unpack", "files")
	count, err := assets.Unpack(dir)
	done()
	if err != nil {
		return err
	}
	done = marks.Span("assets", "assets hash", "files")
	sum, err := assets.Hash(dir)
	done()
	p.assets = fmt.Sprintf("%d assets, sha256 %.16s", count, sum)
	return err
}

func (p *parts) makeIdentity() (err error) {
	defer marks.Span("certificate", "certificate", "cpu")()
	p.identity, err = certificate.New(p.config.Service.Name)
	return err
}

func (p *parts) loadPayments(root string) error {
	c := p.config.Payments
	_, err := payments.Load(root, c.Modules, c.Versions, c.SearchPath)
	return err
}

func (p *parts) fetchKeys(ctx context.Context, o options) (err error) {
	p.keys, err = upstream.Dial(ctx, "upstream", p.config.Upstream, o.resolver())
	if err != nil {
		return err
	}
	defer marks.Span("upstream", "upstream keys", "network")()
	_, err = p.keys.Get(ctx, p.config.Upstream.Keys)
	return err
}

// runMigration starts this program once more. The child runs every package
// initialiser again before it does its own small work.
func runMigration(ctx context.Context, o options) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	args := []string{"migrate", "-root", o.root, "-marks", o.marks}
	if o.dns != "" {
		args = append(args, "-dns", o.dns)
	}
	child := exec.CommandContext(ctx, self, args...)
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	if err := child.Run(); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}
