// Command peer is a client of a server that is not traced. Mode "reply": it is slow to reply to
// bytes; "http": to a request; "late": it refuses connections for a while and is tried again;
// "far": the way there is slow.
package main

import (
	"io"
	"net"
	"net/http"
	"os"

	"example.com/planted/plant"
)

func ask(conn net.Conn, part string) {
	plant.Part(part, plant.Reply, func() {
		_, err := conn.Write([]byte("x"))
		plant.Check(err)
		_, err = conn.Read(make([]byte, 1))
		plant.Check(err)
	})
}

func connect(address string) (conn net.Conn) {
	plant.Part("connect", plant.Connect, func() {
		var err error
		conn, err = net.Dial("tcp", address)
		plant.Check(err)
	})
	return conn
}

// Where it is refused, try again: after 10 ms, then 20, 40, ...
func connectPatiently(address string) net.Conn {
	for ms := 10; ; ms *= 2 {
		if conn, err := net.Dial("tcp", address); err == nil {
			return conn
		}
		plant.Part("back off", plant.BackOff, func() { plant.Pause(ms) })
	}
}

// Its delay begins when it is told so, by a datagram to the port of its address.
func ring(address string) {
	conn, err := net.Dial("udp", address)
	plant.Check(err)
	_, err = conn.Write([]byte("x"))
	plant.Check(err)
	plant.Check(conn.Close())
}

func get(url, part string) {
	plant.Part(part, plant.Reply, func() {
		reply, err := http.Get(url)
		plant.Check(err)
		_, err = io.Copy(io.Discard, reply.Body)
		plant.Check(err)
		plant.Check(reply.Body.Close())
	})
}

func main() {
	mode, address := os.Args[1], os.Args[2]
	if mode == "late" {
		ring(address)
	}
	plant.Begin()
	switch mode {
	case "http":
		get("http://"+address, "request")
		plant.Spin("spin", 20)
		get("http://"+address, "second request")
	case "late":
		ask(connectPatiently(address), "request")
	default:
		conn := connect(address)
		ask(conn, "request")
		plant.Spin("spin", 20)
		ask(conn, "second request")
	}
	plant.Ready()
}
