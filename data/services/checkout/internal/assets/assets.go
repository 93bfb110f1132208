// Package assets carries the shop's pages in the binary, compressed, and unpacks
// them at start.
package assets

import (
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The pages are made by tools/makeassets before the build; only a small one is
// kept with the sources.
//
//go:embed files
var packed embed.FS

// Unpack writes every page below dir and returns how many there are.
func Unpack(dir string) (int, error) {
	count := 0
	err := fs.WalkDir(packed, "files", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".gz") {
			return err
		}
		count++
		name := strings.TrimSuffix(strings.TrimPrefix(path, "files/"), ".gz")
		return unpack(path, filepath.Join(dir, filepath.FromSlash(name)))
	})
	return count, err
}

func unpack(path, to string) error {
	source, err := packed.Open(path)
	if err != nil {
		return err
	}
	defer source.Close()
	reader, err := gzip.NewReader(source)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	content, err := io.ReadAll(reader)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o644)
}

// Hash reads back all that lies below dir and returns one sum over names and content.
func Hash(dir string) (string, error) {
	sum := sha256.New()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		sum.Write([]byte(name))
		sum.Write(content)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)), err
}
