// Command network asks a server of its own, over loopback, that sleeps and works
// before it replies.
package main

import (
	"net"

	"example.com/planted/plant"
)

func main() {
	plant.Begin()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	plant.Check(err)
	go serve(listener)
	conn, err := net.Dial("tcp", listener.Addr().String())
	plant.Check(err)
	_, err = conn.Write([]byte("x"))
	plant.Check(err)
	_, err = conn.Read(make([]byte, 1))
	plant.Check(err)
	plant.Spin("client spin", 20)
	plant.Ready()
}

func serve(listener net.Listener) {
	conn, err := listener.Accept()
	plant.Check(err)
	_, err = conn.Read(make([]byte, 1))
	plant.Check(err)
	plant.Sleep("server sleep", 30)
	plant.Spin("server spin", 25)
	_, err = conn.Write([]byte("x"))
	plant.Check(err)
}
