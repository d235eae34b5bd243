package fauxkube

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func isServed(kubeconfig []byte) bool {
	cluster, err := Connect(kubeconfig)
	return err == nil && cluster.Admin(context.Background(), "GET", "/version", nil, nil) == nil
}

func TestStopEndsTheServerAndRemovesItsFiles(t *testing.T) {
	cluster, err := New(Options{Args: []string{"--nodes=0"}})
	if err != nil {
		t.Fatal(err)
	}
	path, _ := cluster.KubeconfigPath()
	for range 2 {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	}
	if isServed(cluster.Kubeconfig()) {
		t.Error("it goes on")
	}
	if _, err := os.Stat(filepath.Dir(path)); !os.IsNotExist(err) {
		t.Errorf("%s is still there", path)
	}
}

func TestFilesOfForksGoWithTheirServer(t *testing.T) {
	cluster, err := New(Options{Args: []string{"--nodes=0"}})
	if err != nil {
		t.Fatal(err)
	}
	fork, err := cluster.Fork(context.Background(), ForkOptions{From: "empty"})
	if err != nil {
		t.Fatal(err)
	}
	path, err := fork.KubeconfigPath()
	if err != nil {
		t.Fatal(err)
	}
	if err := cluster.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("%s is still there", path)
	}
}

func TestServerEndsWithAProcessThatPanics(t *testing.T) {
	program := exec.Command(os.Args[0])
	program.Env = append(os.Environ(), asProgram+"=1")
	printed, err := program.Output()
	if err == nil {
		t.Fatal("it did not panic")
	}
	path := strings.TrimSpace(string(printed))
	defer os.RemoveAll(filepath.Dir(path))
	kubeconfig, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for giveUp := time.Now().Add(stopLimit); isServed(kubeconfig); time.Sleep(pollInterval) {
		if time.Now().After(giveUp) {
			t.Fatal("it goes on")
		}
	}
}

func TestWhatAStartSaysIsTold(t *testing.T) {
	_, err := New(Options{Args: []string{"--nodes=many"}})
	if err == nil || !strings.Contains(err.Error(), "start ended with 2: ") ||
		!strings.Contains(err.Error(), "whole number") {
		t.Error(err)
	}
}

func TestServerThatIsNotReadyInTimeIsEnded(t *testing.T) {
	command := []string{"node", "-e", "process.stdin.resume()"}
	_, err := New(Options{Command: command, Timeout: time.Second / 2})
	if err == nil || !strings.Contains(err.Error(), "was not ready after 500ms") {
		t.Error(err)
	}
}

func TestProgramThatIsNotThereIsNamed(t *testing.T) {
	_, err := New(Options{Command: []string{"no-such-program"}})
	if err == nil || !strings.Contains(err.Error(), "no-such-program cannot be run") {
		t.Error(err)
	}
}

func TestCommandIsGivenOrOfTheEnvironmentOrFound(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	program := func(path ...string) string {
		file := filepath.Join(append([]string{root}, path...)...)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o755); err != nil {
			t.Fatal(err)
		}
		return file
	}
	found := func(want ...string) {
		t.Helper()
		if words, err := findCommand(nil); err != nil || !slices.Equal(words, want) {
			t.Errorf("%v %v, not %v", words, err, want)
		}
	}
	script := program("with blank", "cli.js")
	t.Chdir(filepath.Dir(script))
	t.Setenv("PATH", root)
	t.Setenv(CommandVariable, script)
	found("node", script)
	t.Setenv(CommandVariable, "npx  fauxkube")
	found("npx", "fauxkube")
	t.Setenv(CommandVariable, "")
	if _, err := findCommand(nil); err == nil || !strings.Contains(err.Error(), "npm install it") {
		t.Error(err)
	}
	found(program("fauxkube"))
	found(program("node_modules", ".bin", "fauxkube"))
}

// quiet is a test that fails without a word.
type quiet struct {
	testing.TB
	said bytes.Buffer
}

func (q *quiet) Helper() {}

func (q *quiet) Fatal(args ...any) {
	for _, arg := range args {
		q.said.WriteString(arg.(string))
	}
	panic(q)
}

func TestFreshWithoutMainSaysWhatToDo(t *testing.T) {
	defer func(before *Cluster) { shared = before }(shared)
	shared = nil
	test := &quiet{}
	defer func() {
		if recover() == nil || !strings.Contains(test.said.String(), "func TestMain(") {
			t.Error(test.said.String())
		}
	}()
	Fresh(test)
}
