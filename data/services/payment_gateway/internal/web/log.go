package web

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"sync"
)

// Request is what is noted of one request.
type Request struct {
	Class     string `json:"class"`
	Secure    bool   `json:"secure"`
	ArrivedNs int64  `json:"arrived_realtime_ns"`
	// WaitedNs is how long it waited for parts of the start that it needs.
	WaitedNs int64 `json:"waited_ns"`
	TookNs   int64 `json:"took_ns"`
	Failed   bool  `json:"failed"`
}

// Log keeps requests in memory, so that noting them costs no system call.
type Log struct {
	mu  sync.Mutex
	all []Request
}

func (l *Log) add(r Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, r)
}

// Write writes the requests to a file, one JSON object a line; none without a path.
func (l *Log) Write(path string) error {
	if path == "" {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(file)
	encoder := json.NewEncoder(buffered)
	var failures []error
	for _, request := range l.all {
		failures = append(failures, encoder.Encode(request))
	}
	return errors.Join(append(failures, buffered.Flush(), file.Close())...)
}
