// Command child starts itself as a child process and waits for it to end.
package main

import (
	"os"
	"os/exec"

	"example.com/planted/plant"
)

func main() {
	if os.Args[1] == "child" {
		plant.Mark("start child end")
		plant.Spin("child spin", 30)
		plant.Sleep("child sleep", 20)
		plant.Mark("end child begin")
		plant.Write()
		return
	}
	plant.Mark("begin")
	plant.Mark("start child begin")
	child := exec.Command(os.Args[0], "child", os.Args[len(os.Args)-1])
	child.Stderr = os.Stderr
	plant.Check(child.Run())
	plant.Mark("end child end")
	plant.Sleep("sleep", 25)
	plant.Ready()
}
