// Package beta is initialised slowly.
package beta

import (
	"time"

	"example.com/inits/beat"
)

func init() {
	beat.Init("example.com/inits/beta", 15*time.Millisecond, 1<<20)
	beat.Collect()
}
