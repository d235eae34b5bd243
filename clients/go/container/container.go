// Package container starts fauxkube by testcontainers-go, from the image that its Dockerfile makes.
package container

import (
	"context"
	"fmt"
	"io"
	"net"
	"regexp"
	"testing"

	"fauxkube.dev/go/fauxkube"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

const (
	port       = "6443/tcp"
	kubeconfig = "/kubeconfigs/host"
)

// Request says what container serves a cluster: put what else you want into it.
//
// host is the name of the engine's host for clients, for which the certificate has to be good; args are flags of
// `fauxkube start`.
func Request(image, host string, args ...string) testcontainers.ContainerRequest {
	return testcontainers.ContainerRequest{
		Image:        image,
		ExposedPorts: []string{port},
		Cmd:          append([]string{"start", "--tls-san=" + host}, args...),
		WaitingFor:   wait.ForLog("fauxkube is ready"),
	}
}

// Container is a container with a cluster in it.
type Container struct {
	testcontainers.Container
	Cluster *fauxkube.Cluster
}

// Run starts a container, and returns as soon as the cluster is ready.
func Run(ctx context.Context, image string, args ...string) (*Container, error) {
	provider, err := testcontainers.NewDockerProvider()
	if err != nil {
		return nil, err
	}
	defer provider.Close()
	host, err := provider.DaemonHost(ctx)
	if err != nil {
		return nil, err
	}
	started, err := testcontainers.GenericContainer(ctx, testcontainers.GenericContainerRequest{
		ContainerRequest: Request(image, host, args...),
		Started:          true,
	})
	if err != nil {
		return nil, err
	}
	cluster, err := connect(ctx, started, host)
	if err != nil {
		_ = testcontainers.TerminateContainer(started)
		return nil, err
	}
	return &Container{Container: started, Cluster: cluster}, nil
}

// Start starts a container for one test and its subtests, and ends it with them.
func Start(t testing.TB, image string, args ...string) *fauxkube.Cluster {
	t.Helper()
	started, err := Run(context.Background(), image, args...)
	if err != nil {
		t.Fatal(err)
	}
	testcontainers.CleanupContainer(t, started.Container)
	return started.Cluster
}

func connect(ctx context.Context, started testcontainers.Container, host string) (*fauxkube.Cluster, error) {
	mapped, err := started.MappedPort(ctx, port)
	if err != nil {
		return nil, err
	}
	file, err := started.CopyFileFromContainer(ctx, kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("the kubeconfig of the container: %w", err)
	}
	defer file.Close()
	inner, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	return fauxkube.Connect(outerKubeconfig(inner, host, fmt.Sprint(mapped.Num())))
}

// outerKubeconfig is for whoever comes through a port of the engine's host.
func outerKubeconfig(inner []byte, host, port string) []byte {
	server := "${1}https://" + net.JoinHostPort(host, port)
	return regexp.MustCompile(`(?m)^( *server: ).*$`).ReplaceAll(inner, []byte(server))
}
