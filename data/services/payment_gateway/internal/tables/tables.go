// Package tables keeps the big tables that payments are checked against. Each lies in a
// package of its own that either fills it in init(), as is convenient and as every start
// then pays for, or leaves that to a task.
package tables

import (
	"context"
	"sync"
	"time"

	"example.com/marks"
	"example.com/payment_gateway/internal/initialise"
	_ "example.com/payment_gateway/internal/observe" // begins before the first table
	"example.com/payment_gateway/internal/settings"
)

var registered []initialise.Task

// Register makes a table known; a package calls it from its init().
func Register(name string, fill func()) {
	fill = sync.OnceFunc(fill)
	if settings.TablesInInit() {
		task := marks.BeginTask("main", "init "+name, "cpu", time.Now(), marks.OfProcess)
		fill()
		task.End()
	}
	registered = append(registered, initialise.Task{
		Name: name, Category: "cpu",
		Run: func(context.Context) error { fill(); return nil },
	})
}

// Tasks gives what is left to do; nothing where init() has done it.
func Tasks() []initialise.Task {
	if settings.TablesInInit() {
		return nil
	}
	return registered
}
