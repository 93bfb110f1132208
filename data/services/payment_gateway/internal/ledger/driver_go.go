//go:build !cgo

package ledger

import _ "modernc.org/sqlite"

const driver = "sqlite"
