package marks

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestATaskTellsWorkFromWaiting(t *testing.T) {
	for _, cpuOf := range []string{OfProcess, OfThread} {
		task := BeginTask("main", "task of "+cpuOf, "cpu", time.Now(), cpuOf)
		time.Sleep(30 * time.Millisecond)
		for begun := time.Now(); time.Since(begun) < 20*time.Millisecond; {
			_ = begun
		}
		task.End()
		m := All()[len(All())-1]
		took := m.End.Sub(m.Begin)
		if m.CPU <= 0 || m.CPU > took || m.Wait() != took-m.CPU || m.Wait() < 20*time.Millisecond {
			t.Errorf("of %s it took %s, CPU %s, wait %s", cpuOf, took, m.CPU, m.Wait())
		}
	}
}

func TestOnlyTasksHaveCPUTimeInTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "marks.jsonl")
	Span("main", "span", "files")()
	BeginTask("main", "task", "cpu", time.Now(), OfProcess).End()
	if err := Write(path, "test"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		var fields map[string]any
		if err := json.Unmarshal(line, &fields); err != nil {
			t.Fatal(err)
		}
		_, has := fields["cpu_ns"]
		isTask := fields["name"] == "task" || fields["cpu_of"] != nil
		if has != isTask {
			t.Errorf("%s", line)
		}
	}
}
