// Package rules holds the patterns that payment references must match, one a scheme and
// region, all compiled ahead.
package rules

import (
	"fmt"
	"regexp"

	"example.com/payment_gateway/internal/tables"
)

var (
	schemes = []string{
		"card", "iban", "sepa", "wallet", "voucher", "transfer", "invoice", "credit",
		"debit", "pix", "upi", "ideal", "blik", "swish", "twint", "giro",
	}
	regions = []string{
		"at", "be", "ch", "de", "dk", "es", "fr", "it", "nl", "pl",
	}
	table = map[string]*regexp.Regexp{}
)

func init() { tables.Register("rules", fill) }

func fill() {
	for i, scheme := range schemes {
		for j, region := range regions {
			table[scheme+"/"+region] = regexp.MustCompile(fmt.Sprintf(
				`(?i)^(?:%s|%s)[-/ ]?(%s)[-/ ]?([0-9]{%d,%d})(?:[-/ ][\pL0-9]{2,%d}){1,%d}(?:\+ref=[^;\s]{4,64})?$`,
				scheme, scheme[:2], region, 4+i%3, 24+j, 12+j%5, 6+i%4))
		}
	}
}

// Match says whether a reference is well formed.
func Match(scheme, region, reference string) bool {
	rule, ok := table[scheme+"/"+region]
	return ok && rule.MatchString(reference)
}
