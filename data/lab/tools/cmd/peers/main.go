// Command peers plays those of the payment gateway's peers that are no program of a
// distribution: a name server, a module proxy, a metadata service and the fraud detection.
// Each waits before its answers as long as it is told.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"strings"
	"time"
)

func main() {
	hosts := map[string]net.IP{}
	flag.Func("host", "a name and its address, as NAME=ADDRESS; may be given again", func(text string) error {
		name, address, _ := strings.Cut(text, "=")
		ip := net.ParseIP(address).To4()
		if ip == nil {
			return fmt.Errorf("%q is no IPv4 address", address)
		}
		hosts[name+"."] = ip
		return nil
	})
	names := flag.String("names", "127.0.0.53:53", "address of the name server")
	namesDelay := flag.Duration("names-delay", 25*time.Millisecond, "wait before each of its answers")
	modules := flag.String("modules", "", "address of the module proxy; none without")
	moduleFiles := flag.String("module-files", "", "the cache/download folder of a module cache")
	modulesDelay := flag.Duration("modules-delay", 25*time.Millisecond, "wait before each of its answers")
	metadata := flag.String("metadata", "127.0.0.1:8082", "address of the metadata service")
	metadataDelay := flag.Duration("metadata-delay", 60*time.Millisecond, "wait before each of its answers")
	fraud := flag.String("fraud", "127.0.0.1:8444", "address of the fraud detection")
	fraudName := flag.String("fraud-name", "fraud.lab.example", "name in its certificate")
	fraudDelay := flag.Duration("fraud-delay", 120*time.Millisecond, "wait in each TLS handshake")
	ca := flag.String("ca", "ca.pem", "file to write its certificate to")
	flag.Parse()

	ended := make(chan error)
	begin := func(serve func() error, err error) {
		if err != nil {
			log.Fatal("peers: ", err)
		}
		go func() { ended <- serve() }()
	}
	begin(serveNames(*names, *namesDelay, hosts))
	begin(serveMetadata(*metadata, *metadataDelay))
	begin(serveFraud(*fraud, *fraudName, *ca, *fraudDelay))
	if *modules != "" {
		begin(serveModules(*modules, *moduleFiles, *modulesDelay))
	}
	fmt.Println("peers ready")
	log.Fatal("peers: ", <-ended)
}
