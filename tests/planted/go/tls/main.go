// Command tls greets a server by TLS that takes its time, and asks it something. With mode
// "serve" it is the server, for a process that is not traced.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"time"

	"example.com/planted/plant"
)

func certificate() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	plant.Check(err)
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotAfter:     time.Now().Add(time.Hour),
		DNSNames:     []string{"slow.example"},
	}
	signed, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	plant.Check(err)
	return tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: key}
}

func serve() {
	config := &tls.Config{Certificates: []tls.Certificate{certificate()}}
	config.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		plant.Pause(45) // before it says hello
		return nil, nil
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	plant.Check(err)
	fmt.Println(listener.Addr())
	for {
		conn, err := listener.Accept()
		plant.Check(err)
		go reply(conn)
	}
}

func reply(conn net.Conn) {
	defer conn.Close()
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		return
	}
	plant.Pause(25)
	io.WriteString(conn, "x")
}

func main() {
	if os.Args[1] == "serve" {
		serve()
	}
	plant.Begin()
	var raw net.Conn
	var err error
	plant.Part("connect", plant.Connect, func() { raw, err = net.Dial("tcp", os.Args[1]) })
	plant.Check(err)
	conn := tls.Client(raw, &tls.Config{InsecureSkipVerify: true})
	plant.Part("handshake", plant.TLS, func() { err = conn.Handshake() })
	plant.Check(err)
	plant.Spin("spin", 20)
	plant.Part("request", plant.Reply, func() {
		_, err = io.WriteString(conn, "x")
		plant.Check(err)
		_, err = conn.Read(make([]byte, 1))
	})
	plant.Check(err)
	plant.Ready()
}
