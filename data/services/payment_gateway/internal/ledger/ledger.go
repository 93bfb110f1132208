// Package ledger keeps an SQLite file beside the service whose schema each start brings up
// to date, one transaction a step.
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Ledger is an open ledger.
type Ledger struct {
	db *sql.DB
}

// Open opens the file and migrates its schema.
func Open(ctx context.Context, path string, migrations int) (*Ledger, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	db, err := sql.Open(driver, path)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if err := migrate(ctx, db, migrations); err != nil {
		return nil, errors.Join(fmt.Errorf("migrate: %w", err), db.Close())
	}
	return &Ledger{db: db}, nil
}

func migrate(ctx context.Context, db *sql.DB, migrations int) error {
	if _, err := db.ExecContext(ctx, "PRAGMA synchronous = FULL"); err != nil {
		return err
	}
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	for step := version; step < migrations; step++ {
		if err := apply(ctx, db, step); err != nil {
			return fmt.Errorf("step %d: %w", step, err)
		}
	}
	return nil
}

func apply(ctx context.Context, db *sql.DB, step int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, statement := range []string{
		fmt.Sprintf("CREATE TABLE book_%03d (id INTEGER PRIMARY KEY, account TEXT, cents INTEGER)", step),
		fmt.Sprintf("CREATE INDEX book_%03d_account ON book_%03d (account, cents)", step, step),
		fmt.Sprintf("PRAGMA user_version = %d", step+1),
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// Book notes an amount and returns how many there are.
func (l *Ledger) Book(ctx context.Context, account string, cents int64) (count int64, err error) {
	if _, err := l.db.ExecContext(ctx, "INSERT INTO book_000 (account, cents) VALUES (?, ?)", account, cents); err != nil {
		return 0, err
	}
	err = l.db.QueryRowContext(ctx, "SELECT count(*) FROM book_000").Scan(&count)
	return count, err
}

// Close closes the file.
func (l *Ledger) Close() error { return l.db.Close() }
