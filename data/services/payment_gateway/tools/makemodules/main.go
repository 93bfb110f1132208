// Command makemodules makes 64 private modules, half as many as the case had, as a module proxy
// keeps them, and a program that is made of all: the same bytes every time.
//
//	makemodules -o DIR
//
// It writes DIR/proxy and DIR/source; go.sum, vendor and caches are for the go command.
package main

import (
	"archive/zip"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
)

const (
	modules = 64
	version = "v1.0.0"
	prefix  = "example.com/private/"
	goMod   = "go 1.26.0\n"
)

func main() {
	dir := flag.String("o", "", "folder to write to")
	flag.Parse()
	err := writeProgram(filepath.Join(*dir, "source"))
	for number := 1; number <= modules && err == nil; number++ {
		err = writeModule(filepath.Join(*dir, "proxy", filepath.FromSlash(path(number)), "@v"), number)
	}
	if err != nil {
		log.Fatal("makemodules: ", err)
	}
}

func path(number int) string { return fmt.Sprintf("%sm%03d", prefix, number) }

// needed is the one module that a module imports; none for the first, so all form a tree.
func needed(number int) int { return number / 2 }

func describe(number int) string {
	text := "module " + path(number) + "\n\n" + goMod
	if need := needed(number); need > 0 {
		text += fmt.Sprintf("\nrequire %s %s\n", path(need), version)
	}
	return text
}

func source(number int) string {
	imported, value := "", "1"
	if need := needed(number); need > 0 {
		imported = fmt.Sprintf("import below %q\n\n", path(need))
		value = "1 + below.Depth()"
	}
	return fmt.Sprintf("// Package m%03d is one of many.\npackage m%03d\n\n%s"+
		"// Depth says how many modules lie below.\nfunc Depth() int { return %s }\n\n%s",
		number, number, imported, value, table(number))
}

// table is what makes a module's size.
func table(number int) string {
	var text strings.Builder
	text.WriteString("var table = []int{\n")
	for row := range 800 + 37*number {
		fmt.Fprintf(&text, "\t%d,\n", number*row)
	}
	text.WriteString("}\n")
	return text.String()
}

func writeModule(dir string, number int) error {
	files := map[string]string{
		"list":            version + "\n",
		version + ".info": fmt.Sprintf("{\"Version\":%q,\"Time\":\"2024-01-01T00:00:00Z\"}\n", version),
		version + ".mod":  describe(number),
	}
	for name, text := range files {
		if err := write(filepath.Join(dir, name), text); err != nil {
			return err
		}
	}
	file, err := os.Create(filepath.Join(dir, version+".zip"))
	if err != nil {
		return err
	}
	return errors.Join(pack(file, number), file.Close())
}

func pack(file *os.File, number int) error {
	packer := zip.NewWriter(file)
	for _, entry := range []struct{ name, text string }{
		{"go.mod", describe(number)}, {"module.go", source(number)},
	} {
		// stored as it is: what a tracer shows of it is to be readable, and small when packed
		into, err := packer.CreateHeader(&zip.FileHeader{
			Name: path(number) + "@" + version + "/" + entry.name, Method: zip.Store,
		})
		if err != nil {
			return err
		}
		if _, err := into.Write([]byte(entry.text)); err != nil {
			return err
		}
	}
	return packer.Close()
}

// writeProgram writes a program that imports every module.
func writeProgram(dir string) error {
	var imports, requires strings.Builder
	for number := 1; number <= modules; number++ {
		fmt.Fprintf(&imports, "\t_ %q\n", path(number))
		fmt.Fprintf(&requires, "\t%s %s\n", path(number), version)
	}
	return errors.Join(
		write(filepath.Join(dir, "main.go"), "package main\n\nimport (\n"+imports.String()+")\n\nfunc main() {}\n"),
		write(filepath.Join(dir, "go.mod"), "module example.com/deployed\n\n"+goMod+"\nrequire (\n"+requires.String()+")\n"),
	)
}

func write(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}
