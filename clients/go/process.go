package fauxkube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	pollInterval = 10 * time.Millisecond
	askLimit     = 5 * time.Second
	stopLimit    = 10 * time.Second
	startLimit   = 60 * time.Second
)

// Options say how a cluster is started.
type Options struct {
	// Args are flags of `fauxkube start`, such as "--nodes=3".
	Args []string
	// Command is the program and its first arguments; see CommandVariable.
	Command []string
	// Timeout is how long a start may take; a minute unless given.
	Timeout time.Duration
}

// process is a server of ours: its standard input is all that keeps it, and whoever it started.
type process struct {
	command *exec.Cmd
	stdin   io.Closer
	folder  string
	ended   chan struct{}
}

// New starts a cluster on free ports, and returns as soon as it is ready. It ends with Stop, and with this process,
// however that ends. What the server said stands in the error.
func New(options Options) (*Cluster, error) {
	words, err := findCommand(options.Command)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "fauxkube-")
	if err != nil {
		return nil, err
	}
	started, err := startProcess(words, folder, options.Args)
	if err != nil {
		_ = os.RemoveAll(folder)
		return nil, err
	}
	timeout := options.Timeout
	if timeout == 0 {
		timeout = startLimit
	}
	cluster, err := started.wait(timeout)
	if err != nil {
		said := started.said()
		_ = started.stop()
		return nil, fmt.Errorf("%s start %w: %s", strings.Join(words, " "), err, said)
	}
	cluster.path = started.kubeconfig()
	cluster.onStop = started.stop
	return cluster, nil
}

func startProcess(words []string, folder string, args []string) (*process, error) {
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	started := &process{folder: folder, ended: make(chan struct{})}
	own := []string{"start", "--port=0", "--proxy-port=0", "--kubeconfig=" + started.kubeconfig(), "--stop-with-stdin"}
	all := append(append(append([]string{}, words[1:]...), own...), args...)
	started.command = exec.Command(words[0], all...)
	started.command.Stdout, started.command.Stderr = log, log
	if started.stdin, err = started.command.StdinPipe(); err != nil {
		return nil, err
	}
	if err := started.command.Start(); err != nil {
		return nil, fmt.Errorf("%s cannot be run: %w", words[0], err)
	}
	go func() {
		_ = started.command.Wait()
		close(started.ended)
	}()
	return started, nil
}

func (p *process) kubeconfig() string { return filepath.Join(p.folder, "kubeconfig") }

func (p *process) said() string {
	text, _ := os.ReadFile(filepath.Join(p.folder, "log"))
	return strings.TrimSpace(string(text))
}

func (p *process) wait(timeout time.Duration) (*Cluster, error) {
	late := time.After(timeout)
	for {
		if cluster := p.ready(); cluster != nil {
			return cluster, nil
		}
		select {
		case <-p.ended:
			return nil, fmt.Errorf("ended with %d", p.command.ProcessState.ExitCode())
		case <-late:
			return nil, fmt.Errorf("was not ready after %v", timeout)
		case <-time.After(pollInterval):
		}
	}
}

// ready is nil as long as the kubeconfig is not there or half written, or its server does not say that it is ready.
func (p *process) ready() *Cluster {
	text, err := os.ReadFile(p.kubeconfig())
	if err != nil {
		return nil
	}
	cluster, err := Connect(text)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), askLimit)
	defer cancel()
	if cluster.Admin(ctx, http.MethodGet, "/readyz", nil, nil) != nil {
		cluster.client.CloseIdleConnections()
		return nil
	}
	return cluster
}

func (p *process) stop() error {
	defer os.RemoveAll(p.folder)
	_ = p.stdin.Close()
	select {
	case <-p.ended:
		return nil
	case <-time.After(stopLimit):
	}
	if err := p.command.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-p.ended
	return nil
}
