// Webhooks that admit and convert a custom resource, served on loopback with a certificate of their own.
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/klog/v2"

	"fauxkube/clients/controller-runtime/webhooks/v1"
	"fauxkube/clients/controller-runtime/webhooks/v1alpha1"
	"fauxkube/clients/outcome"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// session is a server of webhooks, and what the program asks beside it.
type session struct {
	client    client.WithWatch
	server    webhook.Server
	validator *validator
	warnings  *warnings
	url       string
	bundle    []byte
	namespace string
}

// warnings are those that the server has sent.
type warnings struct {
	mutex sync.Mutex
	texts []string
}

// HandleWarningHeaderWithContext keeps a warning.
func (w *warnings) HandleWarningHeaderWithContext(_ context.Context, _ int, _ string, text string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.texts = append(w.texts, text)
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return listener.Addr().(*net.TCPAddr).Port, listener.Close()
}

func (s *session) start(ctx context.Context, scheme *runtime.Scheme) error {
	certificate, bundle, err := newCertificate()
	if err != nil {
		return err
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	s.url, s.bundle = fmt.Sprintf("https://127.0.0.1:%d", port), bundle
	withCertificate := func(config *tls.Config) {
		config.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &certificate, nil }
	}
	s.server = webhook.NewServer(webhook.Options{
		Host: "127.0.0.1", Port: port, TLSOpts: []func(*tls.Config){withCertificate},
	})
	restConfig := ctrl.GetConfigOrDie()
	restConfig.QPS = -1
	restConfig.WarningHandlerWithContext = s.warnings
	manager, err := ctrl.NewManager(restConfig, ctrl.Options{
		Scheme: scheme, WebhookServer: s.server, Metrics: metricsserver.Options{BindAddress: "0"},
	})
	if err != nil {
		return err
	}
	err = ctrl.NewWebhookManagedBy(manager, &v1.Schedule{}).
		WithDefaulter(defaulter{}).WithValidator(s.validator).Complete()
	if err != nil {
		return err
	}
	decoder := admission.NewDecoder(scheme)
	s.server.Register("/sidecar", &webhook.Admission{Handler: &sidecar{decoder: decoder}})
	if s.client, err = client.NewWithWatch(restConfig, client.Options{Scheme: scheme}); err != nil {
		return err
	}
	go func() {
		if err := manager.Start(ctx); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}()
	return nil
}

func (s *session) schedule(name, every string) *v1.Schedule {
	return &v1.Schedule{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name},
		Spec:       v1.ScheduleSpec{Every: every},
	}
}

func (s *session) serves(ctx context.Context) error {
	started := s.server.StartedChecker()
	if err := outcome.Eventually(ctx, func(context.Context) error { return started(nil) }); err != nil {
		return err
	}
	for _, configuration := range []client.Object{s.mutatingConfiguration(), s.validatingConfiguration()} {
		if err := s.client.Create(ctx, configuration); err != nil {
			return err
		}
	}
	// A server with a cache of configurations knows of them a little later.
	return outcome.Eventually(ctx, func(ctx context.Context) error {
		if err := s.client.Create(ctx, s.schedule("tried", "never"), client.DryRunAll); err == nil {
			return errors.New("nobody refuses it")
		}
		return nil
	})
}

func main() {
	ctx := ctrl.SetupSignalHandler()
	ctrl.SetLogger(klog.Background())
	scheme := runtime.NewScheme()
	kinds := []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1.AddToScheme, v1alpha1.AddToScheme}
	for _, add := range kinds {
		if err := add(scheme); err != nil {
			panic(err)
		}
	}
	s := &session{validator: &validator{}, warnings: &warnings{}, namespace: outcome.Namespace()}
	if err := s.start(ctx, scheme); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	outcome.Need("webhooks of a new configuration are asked over TLS", func() error { return s.serves(ctx) })
	for _, test := range s.tests() {
		outcome.Check(test.what, func() error { return test.run(ctx) })
	}
	outcome.Check("nobody is asked once the configurations are deleted", func() error { return s.ends(ctx) })
	outcome.Exit()
}
