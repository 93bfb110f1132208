// Command quick records a trace of a few kilobytes: quick FILE.
package main

import (
	"context"
	"os"
	"runtime/trace"
	"sync"
	"time"
)

func main() {
	file, err := os.Create(os.Args[1])
	check(err)
	check(trace.Start(file))
	ctx, task := trace.NewTask(context.Background(), "start")
	var group sync.WaitGroup
	values := make(chan int)
	group.Add(1)
	go func() {
		defer group.Done()
		for value := range values {
			trace.Logf(ctx, "value", "got %d", value)
		}
	}()
	trace.WithRegion(ctx, "sending", func() {
		for value := range 3 {
			values <- value
			time.Sleep(time.Millisecond)
		}
	})
	close(values)
	group.Wait()
	task.End()
	trace.Stop()
	check(file.Close())
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
