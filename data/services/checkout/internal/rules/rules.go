// Package rules holds the table of patterns that payment references are checked
// against. The whole table is compiled when the package is initialised, which is
// convenient to write and paid for by every start.
package rules

import (
	"fmt"
	"regexp"

	"example.com/marks"
)

var (
	schemes = []string{"card", "iban", "sepa", "wallet", "voucher", "transfer", "invoice", "credit"}
	regions = []string{"at", "be", "ch", "de", "dk", "es", "fi", "fr", "ie", "it", "lu", "nl", "no", "pl", "pt", "se"}
	table   = map[string]*regexp.Regexp{}
)

func init() {
	defer marks.Span("main", "init rules", "cpu")()
	for i, scheme := range schemes {
		for j, region := range regions {
			pattern := fmt.Sprintf(
				`(?i)^(?:%s|%s)[-/ ]?(%s)[-/ ]?([0-9]{%d,%d})(?:[-/ ][a-z0-9]{2,%d}){1,%d}(?:\+ref=[^;\s]{4,32})?$`,
				scheme, scheme[:2], region, 4+i%3, 16+j, 6+j%5, 3+i%4)
			table[scheme+"/"+region] = regexp.MustCompile(pattern)
		}
	}
}

// Match says whether a reference is well formed for a scheme in a region.
func Match(scheme, region, reference string) bool {
	rule, ok := table[scheme+"/"+region]
	return ok && rule.MatchString(reference)
}

// Len says how many rules there are.
func Len() int { return len(table) }
