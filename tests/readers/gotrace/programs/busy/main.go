// Command busy does a little of all that a trace can show: busy FILE [SECONDS]. With a third
// argument it does nothing but hand on values, as fast as it can.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"runtime/trace"
	"strconv"
	"sync"
	"time"
)

var sink [][]byte

func main() {
	seconds := 1.2
	if len(os.Args) > 2 {
		var err error
		seconds, err = strconv.ParseFloat(os.Args[2], 64)
		check(err)
	}
	// before the trace begins: one that waits, one that runs
	early := make(chan struct{})
	go func() { <-early }()
	stop := make(chan struct{})
	go spin(stop)
	time.Sleep(time.Millisecond)

	file, err := os.Create(os.Args[1])
	check(err)
	check(pprof.StartCPUProfile(io.Discard))
	check(trace.Start(file))
	end := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	for round := 0; round == 0 || time.Now().Before(end); round++ {
		if len(os.Args) > 3 {
			channels()
		} else {
			play(round)
		}
	}
	close(early)
	close(stop)
	trace.Stop()
	pprof.StopCPUProfile()
	check(file.Close())
}

func spin(stop chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
	}
}

func play(round int) {
	ctx, task := trace.NewTask(context.Background(), "round")
	defer task.End()
	var group sync.WaitGroup
	for name, part := range map[string]func(){
		"channels": channels, "locks": locks, "network": network, "files": files,
		"garbage": garbage, "pulling": pulling, "process": process, "timers": timers,
	} {
		group.Add(1)
		go func() {
			defer group.Done()
			inner, own := trace.NewTask(ctx, name)
			defer own.End()
			labels := pprof.Labels("part", name)
			pprof.Do(inner, labels, func(ctx context.Context) {
				trace.WithRegion(ctx, name, func() {
					trace.Log(ctx, "round", fmt.Sprintf("%s \xff %d", name, round))
					trace.WithRegion(ctx, "inner", part)
				})
			})
		}()
	}
	group.Wait()
	runtime.GOMAXPROCS(1 + round%3)
}

func channels() {
	values := make(chan int)
	var group sync.WaitGroup
	for range 4 {
		group.Add(1)
		go func() {
			defer group.Done()
			for range values {
				runtime.Gosched()
			}
		}()
	}
	for value := range 200 {
		values <- value
	}
	close(values)
	group.Wait()
}

func locks() {
	var mutex sync.Mutex
	var group sync.WaitGroup
	for range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			for range 20 {
				mutex.Lock()
				time.Sleep(20 * time.Microsecond)
				mutex.Unlock()
			}
		}()
	}
	group.Wait()
}

func network() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	defer listener.Close()
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			_, _ = io.Copy(conn, conn)
			_ = conn.Close()
		}
	}()
	conn, err := net.Dial("tcp", listener.Addr().String())
	check(err)
	for range 20 {
		_, err = conn.Write([]byte("x"))
		check(err)
		_, err = io.ReadFull(conn, make([]byte, 1))
		check(err)
	}
	check(conn.Close())
}

func files() {
	read, write, err := os.Pipe()
	check(err)
	// a read that blocks its thread: the processor is taken from it
	go func() {
		time.Sleep(2 * time.Millisecond)
		_, _ = write.Write([]byte("x"))
		_ = write.Close()
	}()
	_ = read.Fd() // blocking from here on
	_, err = io.ReadAll(read)
	check(err)
	check(read.Close())
	for range 20 {
		_, err = os.Stat("/")
		check(err)
	}
}

func garbage() {
	for range 30 {
		sink = append(sink, make([]byte, 1<<16))
	}
	sink = nil
	runtime.GC()
	debug.FreeOSMemory()
}

func process() {
	check(exec.Command("true").Run())
}

func timers() {
	ticker := time.NewTicker(100 * time.Microsecond)
	defer ticker.Stop()
	for range 5 {
		<-ticker.C
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
