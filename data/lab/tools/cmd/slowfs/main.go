// Command slowfs shows a folder at another place, where looking up a name takes time, as
// on a file system of the network.
//
//	slowfs [-delay 2ms] FOLDER MOUNTPOINT
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// node passes everything on but lookups, which wait first.
type node struct {
	fs.LoopbackNode
	delay time.Duration
}

func (n *node) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	time.Sleep(n.delay)
	return n.LoopbackNode.Lookup(ctx, name, out)
}

func main() {
	delay := flag.Duration("delay", 2*time.Millisecond, "how long a lookup takes")
	flag.Parse()
	if flag.NArg() != 2 {
		log.Fatal("usage: slowfs [-delay 2ms] FOLDER MOUNTPOINT")
	}
	if err := run(flag.Arg(0), flag.Arg(1), *delay); err != nil {
		log.Fatal("slowfs: ", err)
	}
}

func run(folder, mountpoint string, delay time.Duration) error {
	root := &fs.LoopbackRoot{Path: folder}
	root.NewNode = func(data *fs.LoopbackRoot, _ *fs.Inode, _ string, _ *syscall.Stat_t) fs.InodeEmbedder {
		return &node{LoopbackNode: fs.LoopbackNode{RootData: data}, delay: delay}
	}
	top := root.NewNode(root, nil, "", nil)
	root.RootNode = top
	// the kernel may remember what there is, never what there is not
	remembered := time.Hour
	server, err := fs.Mount(mountpoint, top, &fs.Options{
		AttrTimeout: &remembered, EntryTimeout: &remembered,
		MountOptions: fuse.MountOptions{DirectMount: true, FsName: "libraries", Name: "slowfs"},
	})
	if err != nil {
		return err
	}
	fmt.Println("slowfs ready")
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, os.Interrupt)
	go func() {
		<-told
		if err := server.Unmount(); err != nil {
			log.Print("slowfs: ", err)
		}
	}()
	server.Wait()
	return nil
}
