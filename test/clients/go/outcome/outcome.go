// Package outcome tells what a program has tried, in a line each, and how it ends.
package outcome

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"
)

const (
	patience = 45 * time.Second
	interval = 50 * time.Millisecond
)

var failed = false

// Check runs a test and prints how it has ended.
func Check(what string, test func() error) {
	if err := test(); err != nil {
		failed = true
		fmt.Printf("not ok %s: %s\n", what, strings.ReplaceAll(err.Error(), "\n", " "))
		return
	}
	fmt.Printf("ok %s\n", what)
}

// Need is Check for what all that follows depends on.
func Need(what string, test func() error) {
	Check(what, test)
	if failed {
		os.Exit(1)
	}
}

// Eventually asks again until nothing is wrong any more, and tells at last what still is.
func Eventually(ctx context.Context, wrong func(context.Context) error) error {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	var last error
	for {
		err := wrong(waiting)
		if err == nil {
			return nil
		}
		// What is asked when the time is over says nothing but that it is.
		if last == nil || waiting.Err() == nil {
			last = err
		}
		select {
		case <-ticker.C:
		case <-waiting.Done():
			return fmt.Errorf("still after %s: %w", patience, last)
		}
	}
}

// Exit ends the program, with 1 if something has failed.
func Exit() {
	if failed {
		os.Exit(1)
	}
	os.Exit(0)
}

// IsClusterScoped tells whether the program may do what it wants, and not only in its namespace.
func IsClusterScoped() bool { return os.Getenv("SCOPE") == "cluster" }

// Namespace is where the program works.
func Namespace() string { return os.Getenv("NAMESPACE") }
