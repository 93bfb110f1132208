// Package gateway puts the parts of the service together.
package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"path/filepath"
	"time"

	"example.com/payment_gateway/internal/assets"
	"example.com/payment_gateway/internal/cache"
	"example.com/payment_gateway/internal/certificate"
	"example.com/payment_gateway/internal/config"
	"example.com/payment_gateway/internal/database"
	"example.com/payment_gateway/internal/fraud"
	"example.com/payment_gateway/internal/initialise"
	"example.com/payment_gateway/internal/ledger"
	"example.com/payment_gateway/internal/names"
	"example.com/payment_gateway/internal/openssl"
	"example.com/payment_gateway/internal/rpc"
	"example.com/payment_gateway/internal/settings"
	"example.com/payment_gateway/internal/tables"
	"example.com/payment_gateway/internal/telemetry"
)

// Files are the places the service reads from and writes to.
type Files struct {
	Root string // config and prebuilt assets
	Var  string // what this start leaves behind
	Out  string // spans
}

// Gateway is the service; a part is nil until its task has ended.
type Gateway struct {
	*initialise.Runner

	config   *config.Config
	switches settings.Switches
	files    Files

	libraries    map[string]*openssl.Library
	certificates []tls.Certificate
	fraud        *fraud.Client
	database     *database.Pool
	cache        *cache.Client
	ledger       *ledger.Ledger
	rpc          *rpc.Server
	telemetry    *telemetry.Provider
}

// New plans a start but runs none of it.
func New(c *config.Config, switches settings.Switches, files Files) (*Gateway, error) {
	g := &Gateway{config: c, switches: switches, files: files}
	tasks := append(tables.Tasks(),
		initialise.Task{Name: "names", Category: "network", Run: func(ctx context.Context) error {
			return names.Check(ctx, c.Peers)
		}},
		initialise.Task{Name: "openssl", Category: "files", Run: func(context.Context) error {
			return g.openLibraries()
		}},
		initialise.Task{Name: "assets", Category: "files", Run: func(context.Context) error {
			return g.layOutAssets()
		}},
		initialise.Task{Name: "certificate", Category: "cpu", Run: func(context.Context) (err error) {
			g.certificates, err = certificate.Make(c.Keys.Tenants, c.Keys.Bits)
			return err
		}},
		initialise.Task{Name: "grpc", Category: "cpu", Run: func(context.Context) (err error) {
			g.rpc, err = rpc.Serve(c.Listen.RPC, c.RPC)
			return err
		}},
		initialise.Task{Name: "ledger", Category: "files", Run: func(ctx context.Context) (err error) {
			g.ledger, err = ledger.Open(ctx, filepath.Join(files.Var, "ledger.db"), c.Ledger.Migrations)
			return err
		}},
		initialise.Task{Name: "database", Category: "network", Needs: []string{"names"},
			Run: func(ctx context.Context) (err error) {
				g.database, err = database.Open(ctx, c.Database)
				return err
			}},
		initialise.Task{Name: "cache", Category: "network", Needs: []string{"names"},
			Run: func(ctx context.Context) (err error) {
				g.cache, err = cache.Open(ctx, c.Cache)
				return err
			}},
		initialise.Task{Name: "fraud", Category: "network", Needs: []string{"names"},
			Run: func(ctx context.Context) (err error) {
				g.fraud, err = fraud.Dial(ctx, c.Fraud)
				return err
			}},
	)
	if switches.TelemetryEager {
		tasks = append(tasks, initialise.Task{
			Name: "telemetry", Category: "network", Needs: []string{"names"}, Run: g.openTelemetry,
		})
	}
	runner, err := initialise.New(switches, tasks)
	g.Runner = runner
	return g, err
}

// openLibraries has each user look for libcrypto by itself, as packages that know nothing
// of one another do.
func (g *Gateway) openLibraries() error {
	g.libraries = map[string]*openssl.Library{}
	for _, user := range g.config.OpenSSL.Users {
		library, err := openssl.Open(g.config.OpenSSL.SearchPath, g.config.OpenSSL.Names)
		if err != nil {
			return err
		}
		g.libraries[user] = library
	}
	return nil
}

func (g *Gateway) layOutAssets() error {
	if !g.switches.UnpackAssets {
		return assets.CheckPrebuilt(g.assetsDir())
	}
	_, err := assets.Unpack(g.assetsDir())
	return err
}

func (g *Gateway) assetsDir() string {
	if g.switches.UnpackAssets {
		return filepath.Join(g.files.Var, "assets")
	}
	return filepath.Join(g.files.Root, "assets")
}

func (g *Gateway) openTelemetry(ctx context.Context) (err error) {
	g.telemetry, err = telemetry.Open(ctx, g.files.Out, g.config.Telemetry.Metadata)
	return err
}

// Close ends all parts that were begun, and hands the marks to OpenTelemetry.
func (g *Gateway) Close() error {
	var failures []error
	if g.fraud != nil {
		failures = append(failures, g.fraud.Close())
	}
	if g.database != nil {
		g.database.Close()
	}
	if g.cache != nil {
		failures = append(failures, g.cache.Close())
	}
	if g.ledger != nil {
		failures = append(failures, g.ledger.Close())
	}
	if g.rpc != nil {
		failures = append(failures, g.rpc.Close())
	}
	if g.telemetry != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		failures = append(failures, g.reportMarks(ctx))
	}
	return errors.Join(failures...)
}
