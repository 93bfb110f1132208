// Package names looks up the service's peers, so that a name that is missing is known
// before a payment needs it.
package names

import (
	"context"
	"net"
)

// Check looks up the names in turn.
func Check(ctx context.Context, hosts []string) error {
	for _, host := range hosts {
		if _, err := net.DefaultResolver.LookupHost(ctx, host); err != nil {
			return err
		}
	}
	return nil
}
