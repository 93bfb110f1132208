// Command load sends the payment gateway requests of all classes, at a pace that does not
// depend on its answers, from its first health answer on. It waits for one start after the
// other until it is told to end, and writes a file of results for each.
//
//	load [-rate 49] [-for 3s] -out DIR
package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

const (
	plain    = "http://127.0.0.1:8080/"
	secure   = "https://127.0.0.1:8443/"
	health   = plain + "healthz"
	interval = 5 * time.Millisecond
	patience = 10 * time.Second
)

// one of each class, the last over TLS
var urls = []string{
	plain + "quote", plain + "page", plain + "session", plain + "pay", plain + "book",
	plain + "scheme", secure + "quote",
}

// result is one request as its sender saw it.
type result struct {
	URL       string `json:"url"`
	SentNs    int64  `json:"sent_realtime_ns"`
	LatencyNs int64  `json:"latency_ns"`
	Code      uint16 `json:"code"`
	Error     string `json:"error,omitempty"`
}

func main() {
	out := flag.String("out", ".", "folder for results")
	rate := flag.Int("rate", 49, "requests a second, of all classes together")
	during := flag.Duration("for", 3*time.Second, "how long to send them")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	for ctx.Err() == nil {
		if !await(ctx, true) {
			return
		}
		answered := time.Now()
		path := filepath.Join(*out, fmt.Sprintf("%d.jsonl", answered.UnixNano()))
		if err := attack(ctx, path, *rate, *during); err != nil {
			log.Fatal("load: ", err)
		}
		await(ctx, false)
	}
}

// await returns whether the service came to answer, or to be gone, before it was told to end.
func await(ctx context.Context, wanted bool) bool {
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for ctx.Err() == nil {
		response, err := client.Get(health)
		if err == nil {
			response.Body.Close()
		}
		if (err == nil) == wanted {
			return true
		}
		time.Sleep(interval)
	}
	return false
}

// attack sends the classes in turn, evenly, and writes what came of each request.
func attack(ctx context.Context, path string, rate int, during time.Duration) (err error) {
	attacker := vegeta.NewAttacker(vegeta.Timeout(patience), vegeta.MaxBody(0),
		vegeta.TLSConfig(&tls.Config{InsecureSkipVerify: true}))
	var sent atomic.Int64
	targeter := func(target *vegeta.Target) error {
		n := sent.Add(1) - 1
		target.Method = http.MethodGet
		target.URL = fmt.Sprintf("%s?n=%d", urls[n%int64(len(urls))], n)
		return nil
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	encoder := json.NewEncoder(file)
	pace := vegeta.ConstantPacer{Freq: rate, Per: time.Second}
	for hit := range attacker.Attack(targeter, pace, during, "gateway") {
		if ctx.Err() != nil {
			attacker.Stop()
		}
		line := result{
			URL: hit.URL, SentNs: hit.Timestamp.UnixNano(),
			LatencyNs: int64(hit.Latency), Code: hit.Code, Error: hit.Error,
		}
		if err := encoder.Encode(line); err != nil {
			return err
		}
	}
	return nil
}
