// Candidates for a Lease: one leads, and another takes over when it gives up or is gone.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/tools/record"
	"k8s.io/utils/ptr"

	"fauxkube/clients/program"
)

const (
	leaseName     = "controller"
	leaseDuration = 3 * time.Second
	renewDeadline = 2 * time.Second
	retryPeriod   = 200 * time.Millisecond
)

type election struct {
	*program.Program
	recorder record.EventRecorder
}

// Who stands for election, with a connection of its own that can be cut.
type candidate struct {
	elector *leaderelection.LeaderElector
	cancel  context.CancelFunc
	isCut   atomic.Bool
	started atomic.Int32
	stopped atomic.Int32
	heard   chan string
	ended   chan struct{}
}

type cuttable struct {
	next      http.RoundTripper
	candidate *candidate
}

func (c *cuttable) RoundTrip(request *http.Request) (*http.Response, error) {
	if c.candidate.isCut.Load() {
		return nil, errors.New("the connection is cut")
	}
	return c.next.RoundTrip(request)
}

func (e *election) stand(name string) (*candidate, error) {
	one := &candidate{heard: make(chan string, 100), ended: make(chan struct{})}
	config := rest.CopyConfig(e.Config)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return &cuttable{next, one} })
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	lock := &resourcelock.LeaseLock{
		LeaseMeta:  metav1.ObjectMeta{Name: leaseName, Namespace: e.Namespace},
		Client:     client.CoordinationV1(),
		LockConfig: resourcelock.ResourceLockConfig{Identity: name, EventRecorder: e.recorder},
	}
	one.elector, err = leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock: lock, LeaseDuration: leaseDuration, RenewDeadline: renewDeadline, RetryPeriod: retryPeriod,
		ReleaseOnCancel: true,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(context.Context) { one.started.Add(1) },
			OnStoppedLeading: func() { one.stopped.Add(1) },
			OnNewLeader:      func(identity string) { one.heard <- identity },
		},
	})
	if err != nil {
		return nil, err
	}
	running, cancel := context.WithCancel(context.Background())
	one.cancel = cancel
	go func() {
		defer close(one.ended)
		one.elector.Run(running)
	}()
	return one, nil
}

func (c *candidate) untilLeading(ctx context.Context) error {
	err := program.Until(ctx, func(context.Context) (bool, error) { return c.started.Load() == 1, nil })
	if err != nil {
		return fmt.Errorf("never leads: %s does", c.elector.GetLeader())
	}
	return nil
}

func (c *candidate) untilHears(ctx context.Context, wanted string) error {
	for {
		select {
		case identity := <-c.heard:
			if identity == wanted {
				return nil
			}
		case <-ctx.Done():
			return fmt.Errorf("never hears of %s", wanted)
		}
	}
}

func (e *election) lease(ctx context.Context) (*coordinationv1.Lease, error) {
	return e.Client.CoordinationV1().Leases(e.Namespace).Get(ctx, leaseName, metav1.GetOptions{})
}

// What the lease says of who has it.
func (e *election) expect(ctx context.Context, holder string, transitions int32) error {
	lease, err := e.lease(ctx)
	if err != nil {
		return err
	}
	return program.First(
		program.Expect("the holder", ptr.Deref(lease.Spec.HolderIdentity, ""), holder),
		program.Expect("the transitions", ptr.Deref(lease.Spec.LeaseTransitions, 0), transitions),
		program.Expect("the duration", ptr.Deref(lease.Spec.LeaseDurationSeconds, 0), 3),
	)
}

func (e *election) renewed(ctx context.Context) error {
	before, err := e.lease(ctx)
	if err != nil {
		return err
	}
	return program.Until(ctx, func(ctx context.Context) (bool, error) {
		after, err := e.lease(ctx)
		if err != nil {
			return false, err
		}
		// Times of leases have microseconds.
		isLater := after.Spec.RenewTime.After(before.Spec.RenewTime.Time)
		return isLater, program.Expect("whether it was acquired at the same time",
			after.Spec.AcquireTime.Equal(before.Spec.AcquireTime), true)
	})
}

// Who writes over the lease from an old version is refused: there are never two leaders.
func (e *election) stale(ctx context.Context) error {
	lease, err := e.lease(ctx)
	if err != nil {
		return err
	}
	if err := e.renewed(ctx); err != nil {
		return err
	}
	lease.Spec.HolderIdentity = ptr.To("thief")
	_, err = e.Client.CoordinationV1().Leases(e.Namespace).Update(ctx, lease, metav1.UpdateOptions{})
	return program.Refused(err, metav1.StatusReasonConflict,
		`Operation cannot be fulfilled on leases.coordination.k8s.io `+
			`"controller": the object has been modified`)
}

func (e *election) events(ctx context.Context, messages ...string) error {
	lease, err := e.lease(ctx)
	if err != nil {
		return err
	}
	return program.Until(ctx, func(ctx context.Context) (bool, error) {
		found, err := e.Client.CoreV1().Events(e.Namespace).SearchWithContext(ctx, scheme.Scheme, lease)
		if err != nil {
			return false, err
		}
		told := map[string]bool{}
		for _, event := range found.Items {
			told[event.Reason+" "+event.Message] = true
		}
		for _, message := range messages {
			if !told["LeaderElection "+message] {
				return false, nil
			}
		}
		return true, nil
	})
}
