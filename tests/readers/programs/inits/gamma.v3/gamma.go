// Package gamma has a name with a dot, which the runtime escapes.
package gamma

import (
	"time"

	"example.com/inits/beat"
)

func init() {
	beat.Init("example.com/inits/gamma.v3", 3*time.Millisecond, 8<<20)
}
