// Pods that answer, through client-go: logs, exec and port-forward, over SPDY and over WebSocket.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
	utilexec "k8s.io/client-go/util/exec"
)

const patience = 30 * time.Second

var failed = false

func check(what string, test func() error) {
	if err := test(); err != nil {
		failed = true
		fmt.Printf("not ok %s: %s\n", what, strings.ReplaceAll(err.Error(), "\n", " "))
		return
	}
	fmt.Printf("ok %s\n", what)
}

type cluster struct {
	config    *rest.Config
	client    *kubernetes.Clientset
	namespace string
}

func (c *cluster) request(pod, subresource string) *rest.Request {
	request := c.client.CoreV1().RESTClient().Post().Resource("pods")
	return request.Namespace(c.namespace).Name(pod).SubResource(subresource)
}

func (c *cluster) url(pod, subresource string, options *corev1.PodExecOptions) *url.URL {
	request := c.request(pod, subresource)
	if options != nil {
		request = request.VersionedParams(options, scheme.ParameterCodec)
	}
	return request.URL()
}

func (c *cluster) createPod(ctx context.Context, pod *corev1.Pod) error {
	if _, err := c.client.CoreV1().Pods(c.namespace).Create(ctx, pod, metav1.CreateOptions{}); err != nil {
		return err
	}
	return wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, patience, true, func(ctx context.Context) (bool, error) {
		found, err := c.client.CoreV1().Pods(c.namespace).Get(ctx, pod.Name, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		for _, condition := range found.Status.Conditions {
			if condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue {
				return true, nil
			}
		}
		return false, nil
	})
}

func pod(name, image string, command ...string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: image, Command: command}}},
	}
}

func (c *cluster) executor(protocol string, target *url.URL) (remotecommand.Executor, error) {
	if protocol == "SPDY" {
		return remotecommand.NewSPDYExecutor(c.config, http.MethodPost, target)
	}
	return remotecommand.NewWebSocketExecutor(c.config, http.MethodGet, target.String())
}

// A command that repeats what it reads and ends with a code.
func (c *cluster) exec(ctx context.Context, protocol string) error {
	options := &corev1.PodExecOptions{
		Container: "main", Command: []string{"sh", "-c", "cat; echo gone >&2; exit 3"},
		Stdin: true, Stdout: true, Stderr: true,
	}
	executor, err := c.executor(protocol, c.url("web", "exec", options))
	if err != nil {
		return err
	}
	var stdout, stderr bytes.Buffer
	err = executor.StreamWithContext(ctx, remotecommand.StreamOptions{
		Stdin: strings.NewReader("hello\n"), Stdout: &stdout, Stderr: &stderr,
	})
	var exit utilexec.ExitError
	if !errors.As(err, &exit) || exit.ExitStatus() != 3 {
		return fmt.Errorf("ended with %v", err)
	}
	if stdout.String() != "hello\n" || stderr.String() != "gone\n" {
		return fmt.Errorf("said %q and %q", stdout.String(), stderr.String())
	}
	return nil
}

type sizes struct {
	queue chan remotecommand.TerminalSize
}

func (s *sizes) Next() *remotecommand.TerminalSize {
	size, isOpen := <-s.queue
	if !isOpen {
		return nil
	}
	return &size
}

// A terminal with a size.
func (c *cluster) terminal(ctx context.Context, protocol string) error {
	options := &corev1.PodExecOptions{Container: "main", Command: []string{"sh"}, Stdin: true, Stdout: true, TTY: true}
	executor, err := c.executor(protocol, c.url("web", "exec", options))
	if err != nil {
		return err
	}
	queue := &sizes{queue: make(chan remotecommand.TerminalSize, 1)}
	queue.queue <- remotecommand.TerminalSize{Width: 97, Height: 31}
	input, keyboard := io.Pipe()
	output := &lockedBuffer{}
	done := make(chan error, 1)
	go func() {
		done <- executor.StreamWithContext(ctx, remotecommand.StreamOptions{
			Stdin: input, Stdout: output, Tty: true, TerminalSizeQueue: queue,
		})
	}()
	err = wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, patience, true, func(context.Context) (bool, error) {
		if _, err := io.WriteString(keyboard, "stty size\n"); err != nil {
			return false, err
		}
		return strings.Contains(output.String(), "31 97"), nil
	})
	if err != nil {
		return fmt.Errorf("%w: %q", err, output.String())
	}
	if _, err := io.WriteString(keyboard, "exit\n"); err != nil {
		return err
	}
	return <-done
}

func (c *cluster) attach(ctx context.Context, protocol string) error {
	name := "attached-" + strings.ToLower(protocol)
	created := pod(name, "busybox", "sh", "-c", "read word; echo got $word; sleep 1000")
	created.Spec.Containers[0].Stdin = true
	if err := c.createPod(ctx, created); err != nil {
		return err
	}
	options := &corev1.PodAttachOptions{Container: "main", Stdin: true, Stdout: true}
	target := c.request(name, "attach").VersionedParams(options, scheme.ParameterCodec).URL()
	executor, err := c.executor(protocol, target)
	if err != nil {
		return err
	}
	streaming, cancel := context.WithCancel(ctx)
	defer cancel()
	output := &lockedBuffer{}
	input, keyboard := io.Pipe()
	go func() {
		_ = executor.StreamWithContext(streaming, remotecommand.StreamOptions{Stdin: input, Stdout: output})
	}()
	if _, err := io.WriteString(keyboard, "something\n"); err != nil {
		return err
	}
	return wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, patience, true, func(context.Context) (bool, error) {
		return strings.Contains(output.String(), "got something"), nil
	})
}

func (c *cluster) dialer(protocol string) (httpstream.Dialer, error) {
	target := c.url("web", "portforward", nil)
	if protocol == "WebSocket" {
		return portforward.NewSPDYOverWebsocketDialer(target, c.config)
	}
	transport, upgrader, err := spdy.RoundTripperFor(c.config)
	if err != nil {
		return nil, err
	}
	return spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, target), nil
}

// Many requests at the same time through one forwarded port.
func (c *cluster) forward(protocol string) error {
	dialer, err := c.dialer(protocol)
	if err != nil {
		return err
	}
	stop, ready := make(chan struct{}), make(chan struct{})
	defer close(stop)
	forwarder, err := portforward.New(dialer, []string{"0:80"}, stop, ready, io.Discard, os.Stderr)
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- forwarder.ForwardPorts() }()
	select {
	case <-ready:
	case err := <-ended:
		return err
	case <-time.After(patience):
		return errors.New("is never ready")
	}
	ports, err := forwarder.GetPorts()
	if err != nil {
		return err
	}
	answers := make(chan error, 10)
	for range 10 {
		go func() {
			answers <- func() error {
				answer, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/", ports[0].Local))
				if err != nil {
					return err
				}
				defer answer.Body.Close()
				body, err := io.ReadAll(answer.Body)
				if err == nil && !strings.Contains(string(body), "Welcome to nginx!") {
					err = fmt.Errorf("is answered %q", body)
				}
				return err
			}()
		}()
	}
	for range 10 {
		if err := <-answers; err != nil {
			return err
		}
	}
	return nil
}

func (c *cluster) logs(ctx context.Context) error {
	script := "for i in 1 2 3; do echo line $i; sleep 0.1; done; sleep 1000"
	if err := c.createPod(ctx, pod("talker", "busybox", "sh", "-c", script)); err != nil {
		return err
	}
	following, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request := c.client.CoreV1().Pods(c.namespace).GetLogs("talker", &corev1.PodLogOptions{Follow: true})
	stream, err := request.Stream(following)
	if err != nil {
		return err
	}
	defer stream.Close()
	wanted := "line 1\nline 2\nline 3\n"
	read := make([]byte, len(wanted))
	if _, err := io.ReadFull(stream, read); err != nil {
		return err
	}
	if string(read) != wanted {
		return fmt.Errorf("said %q", read)
	}
	return nil
}

func main() {
	ctx := context.Background()
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		panic(err)
	}
	config.QPS = -1
	c := &cluster{config: config, client: kubernetes.NewForConfigOrDie(config), namespace: os.Getenv("NAMESPACE")}
	check("create a pod and wait until it is ready", func() error { return c.createPod(ctx, pod("web", "nginx")) })
	check("follow a log", func() error { return c.logs(ctx) })
	for _, protocol := range []string{"SPDY", "WebSocket"} {
		check("exec with stdin and an exit code over "+protocol, func() error { return c.exec(ctx, protocol) })
		check("exec with a terminal of a size over "+protocol, func() error { return c.terminal(ctx, protocol) })
		check("attach over "+protocol, func() error { return c.attach(ctx, protocol) })
		check("ten requests through a forwarded port over "+protocol, func() error { return c.forward(protocol) })
	}
	if failed {
		os.Exit(1)
	}
}
