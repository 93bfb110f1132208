// Command dns looks a name up at a slow server that is not traced: at the address it is given, or
// with mode "resolver" at the one of the system's configuration.
package main

import (
	"context"
	"net"
	"os"

	"example.com/planted/plant"
)

func main() {
	plant.Begin()
	plant.Spin("spin", 20)
	resolver := &net.Resolver{PreferGo: true}
	if os.Args[1] != "resolver" {
		resolver.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			var dialer net.Dialer
			return dialer.DialContext(ctx, network, os.Args[2])
		}
	}
	plant.Part("look-up", plant.DNS, func() {
		_, err := resolver.LookupHost(context.Background(), "slow.example.")
		plant.Check(err)
	})
	plant.Ready()
}
