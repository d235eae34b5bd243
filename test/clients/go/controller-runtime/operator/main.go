// An operator of buckets outside of the cluster: finalizers, children and who owns them, errors and retries.
package main

import (
	"context"
	"fmt"
	"os"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/klog/v2"

	"fauxkube/clients/outcome"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

// session is an operator that runs, and a client that asks the server whatever the cache has.
type session struct {
	client     client.WithWatch
	cloud      *cloud
	reconciler *bucketReconciler
	namespace  string
	stop       context.CancelFunc
	stopped    chan error
}

func start(ctx context.Context, scheme *runtime.Scheme) (*session, error) {
	restConfig := ctrl.GetConfigOrDie()
	restConfig.QPS = -1
	namespace := outcome.Namespace()
	options := ctrl.Options{Scheme: scheme, Metrics: metricsserver.Options{BindAddress: "0"}}
	if !outcome.IsClusterScoped() {
		options.Cache = cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}}
	}
	manager, err := ctrl.NewManager(restConfig, options)
	if err != nil {
		return nil, err
	}
	outside := &cloud{calls: map[string]int{}, there: map[string]bool{}}
	reconciler := &bucketReconciler{
		Client: manager.GetClient(), cloud: outside, results: make(chan controllerutil.OperationResult, 1),
	}
	if err := reconciler.setUp(manager); err != nil {
		return nil, err
	}
	direct, err := client.NewWithWatch(restConfig, client.Options{Scheme: scheme})
	if err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(ctx)
	s := &session{
		client: direct, cloud: outside, reconciler: reconciler, namespace: namespace,
		stop: stop, stopped: make(chan error, 1),
	}
	go func() { s.stopped <- manager.Start(running) }()
	return s, nil
}

type test struct {
	what string
	run  func(context.Context) error
}

func (s *session) tests() []test {
	return []test{
		{"a bucket is asked for again until it is there, and then has children that it owns", s.becomesReady},
		{"what somebody changes or deletes of its children is put back", s.repairs},
		{"a reconciliation that has nothing to change writes nothing", s.isIdle},
		{"an error is tried again until it has gone", s.triesAgain},
		{"a terminal error is not tried again, but told in the status", s.givesUp},
		{"a deleted bucket stays until it is gone outside, and takes no new finalizer", s.staysUntilGone},
		{"children in the background go after their owner", s.inBackground},
		{"an owner in the foreground waits for children that block it", s.inForeground},
		{"orphans stay and belong to nobody", s.orphans},
		{"a child of two owners stays as long as one of them", s.ofTwo},
		{"a child of an owner that there never was is collected", s.ofNobody},
		{"a deletion with a uid or a revision that is not the object's is a conflict", s.preconditions},
		{"nothing is left at the end, outside or in the cluster", s.ends},
	}
}

func main() {
	ctx := ctrl.SetupSignalHandler()
	ctrl.SetLogger(klog.Background())
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, addBuckets} {
		if err := add(scheme); err != nil {
			panic(err)
		}
	}
	s, err := start(ctx, scheme)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, test := range s.tests() {
		outcome.Check(test.what, func() error { return test.run(ctx) })
	}
	if !outcome.IsClusterScoped() {
		outcome.Check("buckets and their children elsewhere are forbidden", func() error { return s.isForbidden(ctx) })
	}
	outcome.Exit()
}

func (s *session) key(name string) client.ObjectKey {
	return client.ObjectKey{Namespace: s.namespace, Name: name}
}

func (s *session) create(ctx context.Context, name, region string) (*Bucket, error) {
	bucket := &Bucket{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name},
		Spec:       BucketSpec{Region: region},
	}
	return bucket, s.client.Create(ctx, bucket)
}

// createReady is a bucket that is there, with its children.
func (s *session) createReady(ctx context.Context, name, region string) (*Bucket, error) {
	if _, err := s.create(ctx, name, region); err != nil {
		return nil, err
	}
	return s.isInPhase(ctx, name, ready)
}

func (s *session) isInPhase(ctx context.Context, name, phase string) (*Bucket, error) {
	bucket := &Bucket{}
	return bucket, outcome.Eventually(ctx, func(ctx context.Context) error {
		if err := s.client.Get(ctx, s.key(name), bucket); err != nil {
			return err
		}
		if bucket.Status.Phase != phase {
			return fmt.Errorf("%s is %v", name, bucket.Status)
		}
		return nil
	})
}

func (s *session) isGone(ctx context.Context, object client.Object) error {
	key := client.ObjectKeyFromObject(object)
	return outcome.Eventually(ctx, func(ctx context.Context) error {
		if err := s.client.Get(ctx, key, object); !apierrors.IsNotFound(err) {
			return fmt.Errorf("%s is answered %v", key.Name, err)
		}
		return nil
	})
}

func (s *session) configMap(ctx context.Context, name string) (*corev1.ConfigMap, error) {
	settings := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name}}
	return settings, s.client.Get(ctx, s.key(name), settings)
}
