// Command http asks an HTTP server of its own, whose handler sleeps and works.
package main

import (
	"io"
	"net"
	"net/http"

	"example.com/planted/plant"
)

func main() {
	plant.Begin()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	plant.Check(err)
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		plant.Sleep("handler: sleep", 35)
		plant.Spin("handler: spin", 25)
		io.WriteString(w, "ready")
	}))
	reply, err := http.Get("http://" + listener.Addr().String())
	plant.Check(err)
	_, err = io.Copy(io.Discard, reply.Body)
	plant.Check(err)
	plant.Spin("client spin", 20)
	plant.Ready()
}
