// Command sysmon has one processor only, whose goroutine goes into a system call that blocks: the
// runtime's monitor then wakes a thread for the next goroutine, which does the work. Blame on the
// monitor is wrong.
package main

import (
	"runtime"
	"syscall"

	"example.com/planted/plant"
)

// read reads again where one of the runtime's own signals came between.
func read(fd int) {
	_, err := syscall.Read(fd, make([]byte, 1))
	for err == syscall.EINTR {
		_, err = syscall.Read(fd, make([]byte, 1))
	}
	plant.Check(err)
}

func main() {
	runtime.GOMAXPROCS(1)
	var ends [2]int
	plant.Check(syscall.Pipe(ends[:]))
	plant.Begin()
	for range 2 {
		go func() {
			plant.Spin("spin", 20)
			plant.Sleep("sleep", 15)
			_, err := syscall.Write(ends[1], []byte("x"))
			plant.Check(err)
		}()
		read(ends[0])
	}
	plant.Ready()
}
