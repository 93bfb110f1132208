// Command entrypoint is what a container runs that was built without its modules: it
// fetches them, then becomes the service.
//
//	entrypoint -modules cold|preloaded|vendored [-source DIR] [-cache DIR] [-build DIR] [-out DIR] -- PROGRAM ARG...
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"example.com/marks"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "entrypoint:", err)
		os.Exit(1)
	}
}

func run() error {
	how := flag.String("modules", "cold", "cold, preloaded or vendored")
	source := flag.String("source", ".", "folder of a program that needs the modules")
	cache := flag.String("cache", "var/{pid}/modules", "folder of the module cache; {pid} is replaced")
	build := flag.String("build", "var/{pid}/build", "folder of the go command's build cache")
	out := flag.String("out", "", "folder for marks; none are written without")
	flag.Parse()
	program := flag.Args()
	if len(program) == 0 {
		return fmt.Errorf("no program to become was given after --")
	}
	if err := fetch(*how, *source, marks.Path(*cache), marks.Path(*build)); err != nil {
		return fmt.Errorf("modules: %w", err)
	}
	if *out != "" {
		if err := note(marks.Path(*out)); err != nil {
			return err
		}
	}
	path, err := exec.LookPath(program[0])
	if err != nil {
		return err
	}
	return syscall.Exec(path, program, os.Environ())
}

func note(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return marks.Write(filepath.Join(dir, "marks.jsonl"), "entrypoint")
}

// fetch has the go command see to it that all modules are there and what they should be.
func fetch(how, source, cache, build string) error {
	var args []string
	switch how {
	case "cold", "preloaded":
		args = []string{"mod", "download"}
	case "vendored":
		args = []string{"list", "-mod=vendor", "-deps", "."}
	default:
		return fmt.Errorf("%q is no way to have modules", how)
	}
	child := exec.Command("go", args...)
	child.Dir, child.Stderr = source, os.Stderr
	child.Env = append(os.Environ(), "GOMODCACHE="+cache, "GOTOOLCHAIN=local", "GOSUMDB=off",
		"GOFLAGS=-modcacherw", "GOCACHE="+build)
	begin := time.Now()
	err := child.Run()
	mark := marks.Mark{
		Kind: "span", Lane: "main", Name: "modules", Category: "process",
		Asked: begin, Begin: begin, End: time.Now(), Measured: marks.OfProcess,
	}
	if child.ProcessState != nil {
		mark.CPU = child.ProcessState.UserTime() + child.ProcessState.SystemTime()
	}
	marks.Add(mark)
	return err
}
