// Package initialise runs the parts of a start in the order and at the time that a
// policy says, each once, whoever asks for it first, and notes what each took.
package initialise

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"example.com/marks"
	"example.com/payment_gateway/internal/settings"
)

// Task is one part of a start.
type Task struct {
	Name string
	// Category is what the task mostly costs: cpu, files, network, timer or process.
	Category string
	// Needs are tasks that must have ended before.
	Needs []string
	Run   func(context.Context) error
}

// Runner runs the tasks of one start.
type Runner struct {
	switches settings.Switches
	order    []string
	states   map[string]*state
	left     atomic.Int64
	done     chan struct{}
}

type state struct {
	task Task
	once sync.Once
	err  error
}

// New takes the tasks in an order in which each comes after what it needs.
func New(switches settings.Switches, tasks []Task) (*Runner, error) {
	r := &Runner{switches: switches, states: map[string]*state{}, done: make(chan struct{})}
	for _, task := range tasks {
		for _, need := range task.Needs {
			if r.states[need] == nil {
				return nil, fmt.Errorf("task %s needs %s, which does not come before it", task.Name, need)
			}
		}
		r.order = append(r.order, task.Name)
		r.states[task.Name] = &state{task: task}
	}
	r.left.Store(int64(len(tasks)))
	return r, nil
}

// Done is closed when every task has ended well, whoever asked for it.
func (r *Runner) Done() <-chan struct{} { return r.done }

// All runs what has not run yet, as the policy says: in turn, or each on a goroutine.
func (r *Runner) All(ctx context.Context) error {
	if r.switches.Init == settings.Serial {
		return r.Need(ctx, r.order...)
	}
	var group sync.WaitGroup
	failures := make([]error, len(r.order))
	for i, name := range r.order {
		group.Go(func() { failures[i] = r.Need(ctx, name) })
	}
	group.Wait()
	return errors.Join(failures...)
}

// Need returns when the named tasks have ended; those that have not begun are run in turn.
func (r *Runner) Need(ctx context.Context, names ...string) error {
	for _, name := range names {
		state := r.states[name]
		if state == nil {
			return fmt.Errorf("there is no task %s", name)
		}
		asked := time.Now()
		state.once.Do(func() { state.err = r.run(ctx, state.task, asked) })
		if state.err != nil {
			return fmt.Errorf("%s: %w", name, state.err)
		}
	}
	return nil
}

func (r *Runner) run(ctx context.Context, task Task, asked time.Time) error {
	if err := r.Need(ctx, task.Needs...); err != nil {
		return err
	}
	measured := marks.BeginTask(r.lane(task), task.Name, task.Category, asked, r.cpuOf())
	// a request that asks first may go away; what it began is for all
	err := task.Run(context.WithoutCancel(ctx))
	measured.End()
	if err == nil && r.left.Add(-1) == 0 {
		marks.Instant("dependencies ready")
		close(r.done)
	}
	return err
}

func (r *Runner) lane(task Task) string {
	if r.switches.Init == settings.Serial {
		return "main"
	}
	return task.Name
}

func (r *Runner) cpuOf() string {
	if r.switches.ThreadCPU {
		return marks.OfThread
	}
	return marks.OfProcess
}
