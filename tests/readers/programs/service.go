// A small Go service: goroutines over loopback and pipes, a child by os/exec, timers.
package main

import (
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"time"
)

func serve(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer connection.Close()
			io.WriteString(connection, "a) = 3 <unfinished ...>\n")
			io.Copy(io.Discard, connection)
		}()
	}
}

func ask(address string, asked *sync.WaitGroup) {
	defer asked.Done()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer connection.Close()
	connection.Read(make([]byte, 100))
	time.Sleep(time.Millisecond)
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		os.Exit(1)
	}
	go serve(listener)
	var asked sync.WaitGroup
	for i := 0; i < 4; i++ {
		asked.Add(1)
		go ask(listener.Addr().String(), &asked)
	}
	asked.Wait()
	exec.Command("/bin/true", `") = 0 <0.000001>`).Run()
	exec.Command("/nowhere/program").Run()
	os.ReadFile("/nowhere/<... read resumed>")
	listener.Close()
	os.Exit(2)
}
