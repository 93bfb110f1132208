// Command tunnel joins two network namespaces and delays every packet between them: a
// network with a distance, without any help of the kernel's packet schedulers.
//
//	tunnel -far /proc/PID/ns/net [-delay 10ms]
//
// It makes a device coldstart0 in its own namespace and one in the far one, and prints
// "tunnel ready" when both are there; addresses and routes are for the caller to give.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

const (
	device      = "coldstart0"
	largest     = 64 << 10
	packetQueue = 4096
)

type packet struct {
	due  time.Time
	data []byte
}

func main() {
	far := flag.String("far", "", "the other network namespace, as a file")
	delay := flag.Duration("delay", 10*time.Millisecond, "how long a packet takes, one way")
	flag.Parse()
	here, err := open()
	if err != nil {
		log.Fatal("tunnel: ", err)
	}
	there, err := openIn(*far)
	if err != nil {
		log.Fatal("tunnel: ", err)
	}
	fmt.Println("tunnel ready")
	ended := make(chan error)
	go func() { ended <- forward(here, there, *delay) }()
	go func() { ended <- forward(there, here, *delay) }()
	log.Fatal("tunnel: ", <-ended)
}

// open makes the device in the namespace of this thread.
func open() (*os.File, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open /dev/net/tun: %w", err)
	}
	request, err := unix.NewIfreq(device)
	if err != nil {
		return nil, err
	}
	request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
		return nil, fmt.Errorf("make device: %w", err)
	}
	return os.NewFile(uintptr(fd), device), nil
}

// openIn makes the device in another namespace, on a thread that ends there.
func openIn(namespace string) (file *os.File, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread goes with the goroutine
		var fd int
		if fd, err = unix.Open(namespace, unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
			return
		}
		defer unix.Close(fd)
		if err = unix.Setns(fd, unix.CLONE_NEWNET); err == nil {
			file, err = open()
		}
	}()
	<-done
	return file, err
}

// forward passes packets on in order, each after the delay.
func forward(from, to *os.File, delay time.Duration) error {
	queue := make(chan packet, packetQueue)
	failed := make(chan error, 1)
	go func() {
		for p := range queue {
			time.Sleep(time.Until(p.due))
			// a device that is not up yet refuses packets: lost, as on any network
			if _, err := to.Write(p.data); err != nil && !errors.Is(err, unix.EIO) {
				failed <- err
				return
			}
		}
	}()
	buffer := make([]byte, largest)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return err
		}
		select {
		case err := <-failed:
			return err
		case queue <- packet{time.Now().Add(delay), append([]byte(nil), buffer[:n]...)}:
		default: // full: lost as well
		}
	}
}
