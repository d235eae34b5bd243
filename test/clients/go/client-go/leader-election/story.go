package main

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	typedcore "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/record"

	"fauxkube/clients/program"
)

// Each candidate of the story, in the order in which it leads.
type story struct {
	*election
	first, second, third *candidate
}

func (s *story) elect(ctx context.Context) (err error) {
	if s.first, err = s.stand("first"); err != nil {
		return err
	}
	if err := s.first.untilLeading(ctx); err != nil {
		return err
	}
	if s.second, err = s.stand("second"); err != nil {
		return err
	}
	return program.First(
		s.second.untilHears(ctx, "first"),
		s.expect(ctx, "first", 0),
		program.Expect("whether the second leads", s.second.elector.IsLeader(), false),
	)
}

// Who gives up says so in the lease: nobody waits for its time to end.
func (s *story) release(ctx context.Context) error {
	s.first.cancel()
	<-s.first.ended
	since := time.Now()
	err := s.second.untilLeading(ctx)
	return program.First(
		err,
		program.Expect("whether it was taken at once", time.Since(since) < leaseDuration, true),
		program.Expect("how often the first stopped", s.first.stopped.Load(), 1),
		s.expect(ctx, "second", 1),
	)
}

// Who is cut off stops before another may lead.
func (s *story) cut(ctx context.Context) (err error) {
	if s.third, err = s.stand("third"); err != nil {
		return err
	}
	if err := s.third.untilHears(ctx, "second"); err != nil {
		return err
	}
	s.second.isCut.Store(true)
	<-s.second.ended
	hasBegun := s.third.started.Load()
	if err := s.third.untilLeading(ctx); err != nil {
		return err
	}
	return program.First(
		program.Expect("how often the third led before", hasBegun, 0),
		program.Expect("how often the second stopped", s.second.stopped.Load(), 1),
		s.expect(ctx, "third", 2),
	)
}

// A lease that somebody has deleted is made again by its leader.
func (s *story) remade(ctx context.Context) error {
	leases := s.Client.CoordinationV1().Leases(s.Namespace)
	before, err := s.lease(ctx)
	if err != nil {
		return err
	}
	if err := leases.Delete(ctx, leaseName, metav1.DeleteOptions{}); err != nil {
		return err
	}
	err = program.Until(ctx, func(ctx context.Context) (bool, error) {
		found, err := leases.List(ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + leaseName})
		return err == nil && len(found.Items) == 1 && found.Items[0].UID != before.UID, err
	})
	return program.First(err, program.Expect("whether the third still leads", s.third.elector.IsLeader(), true))
}

func (s *story) end(ctx context.Context) error {
	s.third.cancel()
	<-s.third.ended
	lease, err := s.lease(ctx)
	if err != nil {
		return err
	}
	return program.First(
		program.Expect("the holder", *lease.Spec.HolderIdentity, ""),
		program.Expect("the duration", *lease.Spec.LeaseDurationSeconds, 1),
	)
}

func (s *story) forbidden(ctx context.Context) error {
	_, err := s.Client.CoordinationV1().Leases("kube-system").List(ctx, metav1.ListOptions{})
	return program.Refused(err, metav1.StatusReasonForbidden,
		`cannot list resource "leases" in API group "coordination.k8s.io" in the namespace "kube-system"`)
}

func main() {
	p := program.New()
	broadcaster := record.NewBroadcaster()
	broadcaster.StartRecordingToSink(&typedcore.EventSinkImpl{Interface: p.Client.CoreV1().Events(p.Namespace)})
	recorder := broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "candidates"})
	s := &story{election: &election{Program: p, recorder: recorder}}
	s.Check("the first of two candidates leads, and the other hears of it", s.elect)
	s.Check("the leader renews its lease", s.renewed)
	s.Check("who writes over the lease from an old version conflicts", s.stale)
	s.Check("a leader that gives up is followed at once", s.release)
	s.Check("Events tell who became leader and who stopped", func(ctx context.Context) error {
		return s.events(ctx, "first became leader", "first stopped leading", "second became leader")
	})
	s.Check("a leader that is cut off stops, and then another leads", s.cut)
	s.Check("a lease that was deleted is made again by its leader", s.remade)
	s.Check("a lease that was given up has no holder", s.end)
	if s.IsNamespaced {
		s.Check("leases of another namespace are forbidden", s.forbidden)
	}
	s.End()
}
