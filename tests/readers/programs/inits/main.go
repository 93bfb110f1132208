// Command inits prints what its packages' inits did, and a line that only looks like the runtime's.
package main

import (
	"encoding/json"
	"os"

	_ "example.com/inits/alpha"
	"example.com/inits/beat"
	_ "example.com/inits/beta"
	_ "example.com/inits/gamma.v3"
)

func init() {
	beat.Init("main", 0, 10)
}

func main() {
	os.Stderr.WriteString("init example.com/imitation @1.0 ms, 2.0 ms clock, 16 bytes, 1 allocs\n")
	if err := json.NewEncoder(os.Stdout).Encode(beat.Marks); err != nil {
		panic(err)
	}
}
