// Package alpha is initialised in no time.
package alpha

import "example.com/inits/beat"

func init() {
	beat.Chatter()
	beat.Init("example.com/inits/alpha", 0, 100)
}
