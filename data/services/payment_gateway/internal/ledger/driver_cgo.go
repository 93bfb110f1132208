//go:build cgo

package ledger

import _ "github.com/mattn/go-sqlite3"

const driver = "sqlite3"
