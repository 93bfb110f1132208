// Command timers waits for all kinds of timers in turn: After, AfterFunc, a ticker, a context's
// deadline, while a goroutine nobody waits for has a timer of its own.
package main

import (
	"context"
	"time"

	"example.com/planted/plant"
)

func main() {
	plant.Begin()
	go func() {
		for range time.Tick(3 * time.Millisecond) {
			plant.Busy(1)
		}
	}()
	plant.Part("after", plant.SleepCause, func() { <-time.After(20 * time.Millisecond) })
	plant.Part("function", plant.SleepCause, func() {
		done := make(chan struct{})
		time.AfterFunc(15*time.Millisecond, func() { close(done) })
		<-done
	})
	plant.Spin("spin", 20)
	plant.Part("ticker", plant.SleepCause, func() {
		ticker := time.NewTicker(8 * time.Millisecond)
		defer ticker.Stop()
		<-ticker.C
		<-ticker.C
	})
	plant.Part("deadline", plant.SleepCause, func() {
		limited, cancel := context.WithTimeout(context.Background(), 15*time.Millisecond)
		defer cancel()
		<-limited.Done()
	})
	plant.Ready()
}
