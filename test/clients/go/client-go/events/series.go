package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"

	"fauxkube/clients/program"
)

const newReason = "Replaced"

func (t *teller) eventsOf(ctx context.Context, reason string) ([]eventsv1.Event, error) {
	selector := "reason=" + reason + ",regarding.name=about"
	found, err := t.Client.EventsV1().Events(t.Namespace).List(ctx, metav1.ListOptions{FieldSelector: selector})
	if err != nil {
		return nil, err
	}
	return found.Items, nil
}

// The recorder of events.k8s.io: the second of a kind begins a series.
func (t *teller) newRecorder(ctx context.Context) error {
	related, err := t.create(ctx, "related")
	if err != nil {
		return err
	}
	running, cancel := context.WithCancel(klog.NewContext(ctx, klog.Background()))
	defer cancel()
	broadcaster := events.NewBroadcaster(&events.EventSinkImpl{Interface: t.Client.EventsV1()})
	defer broadcaster.Shutdown()
	if err := broadcaster.StartRecordingToSinkWithContext(running); err != nil {
		return err
	}
	recorder := broadcaster.NewRecorder(scheme.Scheme, "example.com/teller")
	tell := func() {
		recorder.Eventf(t.about, related, corev1.EventTypeNormal, newReason, "Replacing", "%s by %s", "about",
			"related")
	}
	var event eventsv1.Event
	until := func(holds func(found eventsv1.Event) bool) error {
		return program.Until(ctx, func(ctx context.Context) (bool, error) {
			found, err := t.eventsOf(ctx, newReason)
			if err != nil || len(found) == 0 {
				return false, err
			}
			event = found[0]
			return holds(event), program.Expect("the number of Events", len(found), 1)
		})
	}
	tell()
	if err := until(func(eventsv1.Event) bool { return true }); err != nil {
		return err
	}
	first := event
	tell()
	if err := until(func(found eventsv1.Event) bool { return found.Series != nil }); err != nil {
		return err
	}
	return program.First(
		program.Expect("the series of the first", first.Series == nil, true),
		program.Expect("the count", event.Series.Count, 2),
		program.Expect("whether it was seen later", event.Series.LastObservedTime.After(event.EventTime.Time), true),
		program.Expect("the note", event.Note, "about by related"),
		program.Expect("the action", event.Action, "Replacing"),
		program.Expect("the controller", event.ReportingController, "example.com/teller"),
		program.Expect("what it relates to", event.Related.Kind+" "+event.Related.Name, "ConfigMap related"),
		program.Expect("the uid", event.UID, first.UID),
	)
}

// Both APIs show the same Events, each in its own words.
func (t *teller) bothWays(ctx context.Context) error {
	found, err := t.eventsOf(ctx, newReason)
	if err != nil {
		return err
	}
	core, err := t.Client.CoreV1().Events(t.Namespace).Get(ctx, found[0].Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	older, err := t.eventsOf(ctx, "Counted")
	if err != nil || len(older) != 1 {
		return fmt.Errorf("finds %d: %w", len(older), err)
	}
	return program.First(
		program.Expect("the message", core.Message, found[0].Note),
		program.Expect("the time", core.EventTime.Equal(&found[0].EventTime), true),
		program.Expect("the count", core.Series.Count, found[0].Series.Count),
		program.Expect("the count of another kind", core.Count, 0),
		program.Expect("the older count", older[0].DeprecatedCount, 5),
		program.Expect("the older source", older[0].DeprecatedSource.Component, "teller"),
		program.Expect("the older time", older[0].DeprecatedLastTimestamp.IsZero(), false),
	)
}

func (t *teller) invalid(ctx context.Context) error {
	event := &eventsv1.Event{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "bad-", Namespace: t.Namespace},
		EventTime:  metav1.NowMicro(), Type: "Other", Reason: "Bad", ReportingController: "example.com/teller",
		Regarding: corev1.ObjectReference{Kind: "ConfigMap", Namespace: t.Namespace, Name: "about"},
	}
	client := t.Client.EventsV1().Events(t.Namespace)
	_, err := client.Create(ctx, event, metav1.CreateOptions{})
	refused := program.Refused(err, metav1.StatusReasonInvalid, "reportingInstance: Required value",
		"action: Required value", "type: Invalid value")
	found, failed := t.eventsOf(ctx, newReason)
	if failed != nil {
		return failed
	}
	changed := found[0].DeepCopy()
	changed.Note = "Something else"
	_, err = client.Update(ctx, changed, metav1.UpdateOptions{})
	return program.First(refused, program.Refused(err, metav1.StatusReasonInvalid, "message: Invalid value",
		"field is immutable"))
}

// Events are watched by what they are about, in either API.
func (t *teller) watch(ctx context.Context) error {
	list, err := t.Client.EventsV1().Events(t.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	kind := corev1.SchemeGroupVersion.WithKind("ConfigMap")
	selector, err := events.GetFieldSelector(eventsv1.SchemeGroupVersion, kind, "about", t.about.UID)
	if err != nil {
		return err
	}
	watcher, err := t.Client.EventsV1().Events(t.Namespace).Watch(ctx, metav1.ListOptions{
		FieldSelector: selector.String(), ResourceVersion: list.ResourceVersion,
	})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	recorder, shutdown := t.recorder()
	defer shutdown()
	related, err := t.Client.CoreV1().ConfigMaps(t.Namespace).Get(ctx, "related", metav1.GetOptions{})
	if err != nil {
		return err
	}
	recorder.Event(related, corev1.EventTypeNormal, "Unheard", "About another object")
	recorder.Event(t.about, corev1.EventTypeNormal, "Heard", "About this object")
	recorder.Event(t.about, corev1.EventTypeNormal, "Heard", "About this object")
	for count, wanted := range []watch.EventType{watch.Added, watch.Modified} {
		told := <-watcher.ResultChan()
		event, isEvent := told.Object.(*eventsv1.Event)
		if told.Type != wanted || !isEvent || event.Reason != "Heard" || event.DeprecatedCount != int32(count+1) {
			return fmt.Errorf("is told %s of %v", told.Type, told.Object)
		}
	}
	return nil
}

// Events about what lies in no namespace are told in default.
func (t *teller) elsewhere(ctx context.Context) error {
	client := t.Client.CoreV1().Events(metav1.NamespaceDefault)
	event := &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{GenerateName: "teller-"},
		InvolvedObject: corev1.ObjectReference{APIVersion: "v1", Kind: "Node", Name: "none"},
		Reason:         "Told", Message: "About a node", Type: corev1.EventTypeNormal,
	}
	created, err := client.Create(ctx, event, metav1.CreateOptions{})
	if t.IsNamespaced {
		return program.Refused(err, metav1.StatusReasonForbidden,
			`cannot create resource "events" in API group "" in the namespace "default"`)
	}
	if err != nil {
		return err
	}
	_, outside := t.Client.CoreV1().Events(t.Namespace).Create(ctx, event, metav1.CreateOptions{})
	return program.First(
		program.Refused(outside, metav1.StatusReasonInvalid, "involvedObject.namespace: Invalid value"),
		client.Delete(ctx, created.Name, metav1.DeleteOptions{}),
	)
}

func (t *teller) series() {
	t.Check("the recorder of events.k8s.io begins a series with the second of a kind", t.newRecorder)
	t.Check("both APIs show the same Events, each in its own fields", t.bothWays)
	t.Check("events.k8s.io refuses what lacks fields, and changes of a note", t.invalid)
	t.Check("Events are watched by what they are about", t.watch)
	what := "Events about what lies in no namespace are told in default"
	if t.IsNamespaced {
		what = "Events in default are forbidden"
	}
	t.Check(what, t.elsewhere)
}
