// Command makeassets writes the pages that the service embeds: the same bytes
// every time, made from a seed, so that no megabytes need to be kept.
package main

import (
	"compress/gzip"
	"flag"
	"fmt"
	"log"
	"math/rand"
	"os"
	"path/filepath"
)

var words = []string{
	"basket", "order", "price", "address", "voucher", "parcel", "invoice", "refund", "colour",
	"size", "stock", "store", "return", "delivery", "payment", "total", "tax", "customer",
}

func main() {
	dir := flag.String("o", "internal/assets/files", "folder to write to")
	files := flag.Int("files", 60, "how many pages")
	size := flag.Int("size", 320<<10, "bytes of each, unpacked")
	flag.Parse()
	for i := range *files {
		path := filepath.Join(*dir, fmt.Sprintf("section%02d", i/10), fmt.Sprintf("page%03d.html.gz", i))
		if err := write(path, int64(i), *size); err != nil {
			log.Fatal(err)
		}
	}
}

func write(path string, seed int64, size int) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	packer := gzip.NewWriter(file)
	random := rand.New(rand.NewSource(seed))
	for written := 0; written < size; {
		n, err := fmt.Fprintf(packer, "<p id=%q>%s %s, %08x</p>\n",
			words[random.Intn(len(words))], words[random.Intn(len(words))],
			words[random.Intn(len(words))], random.Uint32())
		if err != nil {
			return err
		}
		written += n
	}
	if err := packer.Close(); err != nil {
		return err
	}
	return file.Close()
}
