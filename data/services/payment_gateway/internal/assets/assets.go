// Package assets gives the merchants' pages: carried in the binary, packed, and unpacked at
// start, or laid into the image ahead.
package assets

import (
	"bufio"
	"compress/gzip"
	"crypto/sha512"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// The pages are made by tools/makeassets before the build; only a small one is kept with
// the sources.
//
//go:embed files
var packed embed.FS

const (
	sums  = "SHA512"
	block = 1 << 20
)

// onlyReader is a file without its shortcuts, which would not use the buffer.
type onlyReader struct{ io.Reader }

// Unpack writes every page below dir. After each section it hashes the tree as it is so
// far, as is simple to write, and returns the last sum.
func Unpack(dir string) (sum string, err error) {
	sections, err := packed.ReadDir("files")
	for _, section := range sections {
		if err != nil || !section.IsDir() {
			continue
		}
		if err = unpackSection(dir, section.Name()); err == nil {
			sum, err = Hash(dir)
		}
	}
	return sum, err
}

func unpackSection(dir, section string) error {
	if err := os.MkdirAll(filepath.Join(dir, section), 0o755); err != nil {
		return err
	}
	pages, err := packed.ReadDir(path.Join("files", section))
	for _, page := range pages {
		if err == nil {
			name := strings.TrimSuffix(page.Name(), ".gz")
			err = unpack(path.Join("files", section, page.Name()), filepath.Join(dir, section, name))
		}
	}
	return err
}

func unpack(from, to string) error {
	source, err := packed.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	reader, err := gzip.NewReader(source)
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	target, err := os.Create(to)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(target, block)
	_, err = io.Copy(buffered, reader)
	return errors.Join(err, buffered.Flush(), target.Close())
}

// Hash reads back all that lies below dir and returns one sum over names and content.
func Hash(dir string) (string, error) {
	sum, buffer := sha512.New(), make([]byte, block)
	err := filepath.WalkDir(dir, func(at string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == sums {
			return err
		}
		name, err := filepath.Rel(dir, at)
		if err != nil {
			return err
		}
		io.WriteString(sum, name)
		file, err := os.Open(at)
		if err != nil {
			return err
		}
		_, err = io.CopyBuffer(sum, onlyReader{file}, buffer)
		return errors.Join(err, file.Close())
	})
	return hex.EncodeToString(sum.Sum(nil)), err
}

// Prebuild unpacks the pages while the image is built and notes their sum beside them.
func Prebuild(dir string) error {
	sum, err := Unpack(dir)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, sums), []byte(sum+"\n"), 0o644)
}

// CheckPrebuilt sees that the image has the pages; their content was checked at its build.
func CheckPrebuilt(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, sums)); err != nil {
		return fmt.Errorf("the assets were not prebuilt: %w", err)
	}
	return nil
}
