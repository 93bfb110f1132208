// Command child starts itself as a child process and waits for it to end.
package main

import (
	"os"
	"os/exec"

	"example.com/planted/plant"
)

func main() {
	if os.Args[1] == "child" {
		plant.Open()
		plant.EndPart("start child")
		plant.Spin("child spin", 30)
		plant.Sleep("child sleep", 20)
		plant.BeginPart("end child", plant.Process)
		plant.Write()
		return
	}
	plant.Begin()
	plant.BeginPart("start child", plant.Process)
	child := exec.Command(os.Args[0], "child", os.Args[len(os.Args)-1])
	child.Env = append(os.Environ(), "PLANTED_TRACE=") // one trace, of the first process
	child.Stderr = os.Stderr
	plant.Check(child.Run())
	plant.EndPart("end child")
	plant.Sleep("sleep", 25)
	plant.Ready()
}
