// Command netpoll waits in the runtime's poller: for a pipe that another goroutine writes after
// sleep and work, and for the deadline of a pipe nobody writes.
package main

import (
	"errors"
	"os"
	"time"

	"example.com/planted/plant"
)

func main() {
	plant.Begin()
	reader, writer, err := os.Pipe()
	plant.Check(err)
	go func() {
		plant.Sleep("sleep", 25)
		plant.Spin("spin", 25)
		_, err := writer.WriteString("x")
		plant.Check(err)
	}()
	_, err = reader.Read(make([]byte, 1))
	plant.Check(err)
	plant.Part("deadline", plant.SleepCause, func() {
		plant.Check(reader.SetReadDeadline(time.Now().Add(25 * time.Millisecond)))
		_, err = reader.Read(make([]byte, 1))
	})
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		plant.Check(errors.New("the deadline did not end the wait"))
	}
	plant.Ready()
}
