package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"example.com/checkout/internal/config"
	"example.com/marks"
)

const steps = 12

// migrate notes each step of the migration in a file of its own, made safe on the
// disk, then has the database take the new schema, for which it restarts.
func migrate(ctx context.Context, o options) error {
	c, err := config.Read(o.root)
	if err != nil {
		return err
	}
	if err := noteSteps(filepath.Join(o.root, "var", "migrations")); err != nil {
		return err
	}
	if err := applySchema(ctx, c.Upstream.Control); err != nil {
		return err
	}
	return marks.Write(o.marks, "migrate")
}

func noteSteps(dir string) error {
	defer marks.Span("migrate", "migrate steps", "files")()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for step := range steps {
		if err := note(filepath.Join(dir, fmt.Sprintf("%04d.done", step)), step); err != nil {
			return err
		}
	}
	return nil
}

func note(path string, step int) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := fmt.Fprintf(file, "step %d done\n", step); err != nil {
		return err
	}
	return file.Sync()
}

func applySchema(ctx context.Context, url string) error {
	defer marks.Span("migrate", "migrate apply", "network")()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("apply schema: %s", response.Status)
	}
	return nil
}
