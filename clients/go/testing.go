package fauxkube

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// Start starts a cluster for one test and its subtests, and ends it with them.
func Start(t testing.TB, options Options) *Cluster {
	t.Helper()
	cluster, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	return cluster
}

// shared is the cluster of Main.
var shared *Cluster

// Main runs the tests of a package with one cluster, which Fresh and Forked hand out.
//
//	func TestMain(m *testing.M) { os.Exit(fauxkube.Main(m, fauxkube.Options{})) }
func Main(m interface{ Run() int }, options Options) int {
	cluster, err := New(options)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		shared = nil
		_ = cluster.Stop()
	}()
	shared = cluster
	return m.Run()
}

// Fresh is the cluster of Main, as new: tests that use it run one after another.
func Fresh(t testing.TB) *Cluster {
	t.Helper()
	if err := ofMain(t).Reset(context.Background()); err != nil {
		t.Fatal(err)
	}
	return shared
}

// Forked is a virtual cluster of that of Main, as new, for one test, which may run at the same time as others.
func Forked(t testing.TB) *Cluster {
	t.Helper()
	fork, err := ofMain(t).Fork(context.Background(), ForkOptions{From: "fixtures"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := fork.Stop(); err != nil {
			t.Error(err)
		}
	})
	return fork
}

func ofMain(t testing.TB) *Cluster {
	t.Helper()
	if shared == nil {
		t.Fatal("there is no cluster of the package: " +
			"func TestMain(m *testing.M) { os.Exit(fauxkube.Main(m, fauxkube.Options{})) }")
	}
	return shared
}
