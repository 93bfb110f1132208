// Command makeassets writes the pages that the service embeds: the same bytes every time,
// made from a seed, so that no megabytes need to be kept with the sources.
package main

import (
	"compress/gzip"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
)

const files = 96

func main() {
	dir := flag.String("o", "internal/assets/files", "folder to write to")
	size := flag.Int("size", 12<<20, "bytes of all, packed, about")
	flag.Parse()
	for i := range files {
		path := filepath.Join(*dir, fmt.Sprintf("section%02d", i/8), fmt.Sprintf("page%03d.html.gz", i))
		if err := write(path, uint64(i), *size/files); err != nil {
			log.Fatal(err)
		}
	}
}

func write(path string, seed uint64, size int) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	packed := &counter{file: file}
	packer := gzip.NewWriter(packed)
	random := rand.New(rand.NewPCG(seed, 12))
	for packed.bytes < size {
		if _, err := fmt.Fprintf(packer, "<tr class=%q><td>payment</td><td>%08x</td></tr>\n",
			[]string{"settled", "pending", "refused"}[random.IntN(3)], random.Uint32()); err != nil {
			return err
		}
	}
	if err := packer.Close(); err != nil {
		return err
	}
	return file.Close()
}

type counter struct {
	file  *os.File
	bytes int
}

func (c *counter) Write(data []byte) (int, error) {
	n, err := c.file.Write(data)
	c.bytes += n
	return n, err
}
