// A manager of websites: a controller for a custom resource, with leader election, a cached client and its indexes.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"

	"fauxkube/clients/outcome"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const (
	lease    = "websites.hosting.example.com"
	recorder = "website-controller"
)

// session is a manager that runs, and what the program does beside it.
type session struct {
	ctrl.Manager
	audit   *audit
	stop    context.CancelFunc
	stopped chan error
	// direct asks the server, whatever the cache has.
	direct    client.WithWatch
	config    *rest.Config
	namespace string
}

func optionsOfManager(scheme *runtime.Scheme, namespace string) ctrl.Options {
	options := ctrl.Options{
		Scheme:                        scheme,
		Metrics:                       metricsserver.Options{BindAddress: "0"},
		LeaderElection:                true,
		LeaderElectionID:              lease,
		LeaderElectionNamespace:       namespace,
		LeaderElectionReleaseOnCancel: true,
		RetryPeriod:                   new(500 * time.Millisecond),
		Client: client.Options{
			Cache: &client.CacheOptions{EnableReadYourWritesConsistency: new(true)},
		},
		// Two managers of one program have controllers of the same names.
		Controller: config.Controller{SkipNameValidation: new(true)},
	}
	if !outcome.IsClusterScoped() {
		options.Cache = cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}}
	}
	return options
}

func addIndexes(ctx context.Context, indexer client.FieldIndexer) error {
	err := indexer.IndexField(ctx, &Website{}, byImage, func(object client.Object) []string {
		return []string{object.(*Website).Spec.Image}
	})
	if err != nil {
		return err
	}
	return indexer.IndexField(ctx, &Website{}, bySettings, func(object client.Object) []string {
		if settings := object.(*Website).Spec.Settings; settings != "" {
			return []string{settings}
		}
		return nil
	})
}

func start(ctx context.Context, restConfig *rest.Config, scheme *runtime.Scheme) (*session, error) {
	namespace := outcome.Namespace()
	manager, err := ctrl.NewManager(restConfig, optionsOfManager(scheme, namespace))
	if err != nil {
		return nil, err
	}
	if err := addIndexes(ctx, manager.GetFieldIndexer()); err != nil {
		return nil, err
	}
	reconciler := &websiteReconciler{Client: manager.GetClient(), recorder: manager.GetEventRecorder(recorder)}
	if err := reconciler.setUp(manager); err != nil {
		return nil, err
	}
	audit := &audit{Client: manager.GetClient(), generations: map[string][]int64{}}
	if err := audit.setUp(manager); err != nil {
		return nil, err
	}
	direct, err := client.NewWithWatch(restConfig, client.Options{Scheme: scheme})
	if err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(ctx)
	s := &session{
		Manager: manager, audit: audit, stop: stop, stopped: make(chan error, 1),
		direct: direct, config: restConfig, namespace: namespace,
	}
	go func() { s.stopped <- manager.Start(running) }()
	return s, nil
}

func (s *session) key(name string) client.ObjectKey {
	return client.ObjectKey{Namespace: s.namespace, Name: name}
}

func (s *session) website(name, image string, replicas int32) *Website {
	return &Website{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name},
		Spec:       WebsiteSpec{Image: image, Replicas: &replicas},
	}
}

type test struct {
	what string
	run  func(context.Context) error
}

func (s *session) tests(scheme *runtime.Scheme) []test {
	tests := []test{
		{"a website becomes a Deployment that it owns, and ready when that is", s.serves},
		{"the cached client reads what it has just written", s.readsItsWrites},
		{"an index of the cache finds websites by their image", s.finds},
		{"a change of metadata or status is no new generation to reconcile", s.filters},
		{"a changed ConfigMap rolls out the Deployment of who refers to it", s.rollsOut},
		{"a deleted Deployment is made again", s.makesAgain},
		{"another field owner gets a conflict that names the controller", s.conflicts},
		{"the scale subresource scales the website, and with it the Deployment", s.scales},
		{"a stale update is a conflict, by update and by patch", s.isStale},
		{"Events tell of a website, and twice the same is a series", s.tells},
		{"pages of a list make the whole list, as objects and as metadata", s.pages},
		{"a dry run changes nothing, and an unknown field is refused if asked for", s.isStrict},
		{"a watch with a selector tells of what begins and ceases to fit", s.watches},
	}
	if outcome.IsClusterScoped() {
		tests = append(tests, test{"a website of another namespace is reconciled, and deleted with it", s.otherNamespace})
	} else {
		tests = append(tests, test{"a list of all namespaces is forbidden", s.isForbidden})
	}
	return append(tests,
		test{"all websites are deleted at once, and their Deployments with them", s.deletesAll},
		test{"another manager takes over when this one ends", func(ctx context.Context) error {
			return s.handsOver(ctx, scheme)
		}},
	)
}

func main() {
	ctx := ctrl.SetupSignalHandler()
	ctrl.SetLogger(klog.Background())
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, addWebsites} {
		if err := add(scheme); err != nil {
			panic(err)
		}
	}
	restConfig := ctrl.GetConfigOrDie()
	restConfig.QPS = -1
	s, err := start(ctx, restConfig, scheme)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	outcome.Need("the manager is elected, and its Lease tells that it is", func() error { return s.elected(ctx) })
	for _, test := range s.tests(scheme) {
		outcome.Check(test.what, func() error { return test.run(ctx) })
	}
	outcome.Exit()
}

func (s *session) deploymentOf(ctx context.Context, name string) (*appsv1.Deployment, error) {
	deployment := &appsv1.Deployment{}
	return deployment, s.direct.Get(ctx, s.key(name), deployment)
}

func (s *session) configMap(name string, data map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name}, Data: data}
}
