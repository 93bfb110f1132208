//go:build go1.23

package main

import "iter"

// pulling switches between coroutines.
func pulling() {
	var numbers iter.Seq[int] = func(yield func(int) bool) {
		for number := range 20 {
			if !yield(number) {
				return
			}
		}
	}
	next, stop := iter.Pull(numbers)
	for {
		if _, ok := next(); !ok {
			break
		}
	}
	stop()
}
