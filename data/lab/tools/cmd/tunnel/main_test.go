package main

import (
	"os"
	"testing"
	"time"
)

func TestPacketsComeInOrderAndNotBeforeTheDelay(t *testing.T) {
	const delay = 30 * time.Millisecond
	from, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- forward(from, to, delay) }()
	buffer := make([]byte, 16)
	for _, text := range []string{"first", "second"} {
		sent := time.Now()
		if _, err := in.WriteString(text); err != nil {
			t.Fatal(err)
		}
		n, err := out.Read(buffer)
		if err != nil || string(buffer[:n]) != text {
			t.Fatalf("%q, %v", buffer[:n], err)
		}
		if took := time.Since(sent); took < delay {
			t.Errorf("%s came after %s", text, took)
		}
	}
	in.Close()
	if err := <-ended; err == nil {
		t.Error("goes on where there is nothing to read")
	}
}
