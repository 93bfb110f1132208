package initialise

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/payment_gateway/internal/settings"
)

// noting gives tasks of these names, each needing the one before, that note their order.
func noting(names ...string) (tasks []Task, order func() []string) {
	var mu sync.Mutex
	var ran []string
	for i, name := range names {
		task := Task{Name: name, Category: "cpu", Run: func(context.Context) error {
			mu.Lock()
			defer mu.Unlock()
			ran = append(ran, name)
			return nil
		}}
		if i > 0 {
			task.Needs = []string{names[i-1]}
		}
		tasks = append(tasks, task)
	}
	return tasks, func() []string { return ran }
}

func TestEachPolicyRunsEachTaskOnceAfterWhatItNeeds(t *testing.T) {
	for _, policy := range []settings.Init{settings.Serial, settings.Parallel, settings.Background} {
		tasks, order := noting("first", "second", "third")
		r, err := New(settings.Switches{Init: policy}, tasks)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(r.All(t.Context()), r.All(t.Context())); err != nil {
			t.Fatal(err)
		}
		if want := []string{"first", "second", "third"}; !slices.Equal(order(), want) {
			t.Errorf("%s ran %v", policy, order())
		}
		select {
		case <-r.Done():
		default:
			t.Errorf("%s is not done", policy)
		}
	}
}

func TestARequestRunsOnlyWhatItNeeds(t *testing.T) {
	tasks, order := noting("first", "second", "third")
	r, err := New(settings.Switches{Init: settings.FirstRequest}, tasks)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Need(t.Context(), "second"); err != nil {
		t.Fatal(err)
	}
	if want := []string{"first", "second"}; !slices.Equal(order(), want) {
		t.Errorf("ran %v", order())
	}
	select {
	case <-r.Done():
		t.Error("is done, but a task is left")
	default:
	}
}

func TestAllWhoNeedATaskWaitForItAndHearOfItsFailure(t *testing.T) {
	release, failure := make(chan struct{}), errors.New("down")
	task := Task{Name: "slow", Run: func(context.Context) error { <-release; return failure }}
	r, err := New(settings.Switches{Init: settings.Background}, []Task{task})
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan error, 2)
	for range 2 {
		go func() { heard <- r.Need(t.Context(), "slow") }()
	}
	select {
	case <-heard:
		t.Fatal("did not wait")
	case <-time.After(10 * time.Millisecond):
	}
	close(release)
	for range 2 {
		if err := <-heard; !errors.Is(err, failure) {
			t.Errorf("heard of %v", err)
		}
	}
}

func TestTheEndOfARequestDoesNotEndWhatItBegan(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	task := Task{Name: "own", Run: func(ctx context.Context) error { return ctx.Err() }}
	r, err := New(settings.Switches{Init: settings.FirstRequest}, []Task{task})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Need(ctx, "own"); err != nil {
		t.Error(err)
	}
}

func TestATaskBeforeWhatItNeedsIsRefused(t *testing.T) {
	if _, err := New(settings.Switches{}, []Task{{Name: "late", Needs: []string{"later"}}}); err == nil {
		t.Error("was taken")
	}
}
