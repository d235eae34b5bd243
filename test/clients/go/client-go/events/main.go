// Recorders of Events, of both APIs: what controllers tell their users.
package main

import (
	"context"
	"fmt"
	"regexp"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	typedcore "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/record"

	"fauxkube/clients/program"
)

type teller struct {
	*program.Program
	about *corev1.ConfigMap
}

func (t *teller) create(ctx context.Context, name string) (*corev1.ConfigMap, error) {
	created := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}}
	return t.Client.CoreV1().ConfigMaps(t.Namespace).Create(ctx, created, metav1.CreateOptions{})
}

// A recorder of the core API, and how it is ended.
func (t *teller) recorder(options ...record.BroadcasterOption) (record.EventRecorder, func()) {
	broadcaster := record.NewBroadcaster(options...)
	broadcaster.StartRecordingToSink(&typedcore.EventSinkImpl{Interface: t.Client.CoreV1().Events("")})
	source := corev1.EventSource{Component: "teller", Host: "somewhere"}
	return broadcaster.NewRecorder(scheme.Scheme, source), broadcaster.Shutdown
}

func (t *teller) list(ctx context.Context, selector string) ([]corev1.Event, error) {
	found, err := t.Client.CoreV1().Events(t.Namespace).List(ctx, metav1.ListOptions{FieldSelector: selector})
	if err != nil {
		return nil, err
	}
	return found.Items, nil
}

// Waits until there is one Event of a reason about an object, told so many times.
func (t *teller) untilCounted(ctx context.Context, name, reason string, count int32) (event corev1.Event, err error) {
	err = program.Until(ctx, func(ctx context.Context) (bool, error) {
		found, err := t.list(ctx, "involvedObject.name="+name+",reason="+reason)
		if err != nil || len(found) == 0 {
			return false, err
		}
		event = found[0]
		return len(found) == 1 && event.Count == count, nil
	})
	if err != nil {
		return event, fmt.Errorf("%s is told %d times: %w", reason, event.Count, err)
	}
	return event, nil
}

func (t *teller) record(ctx context.Context) (err error) {
	if t.about, err = t.create(ctx, "about"); err != nil {
		return err
	}
	recorder, shutdown := t.recorder()
	defer shutdown()
	recorder.AnnotatedEventf(t.about, map[string]string{"example.com/run": "1"}, corev1.EventTypeWarning, "Broken",
		"%d of %d parts are broken", 1, 2)
	event, err := t.untilCounted(ctx, "about", "Broken", 1)
	if err != nil {
		return err
	}
	if !regexp.MustCompile(`^about\.[0-9a-f]{16}$`).MatchString(event.Name) {
		return fmt.Errorf("is called %s", event.Name)
	}
	involved := event.InvolvedObject
	return program.First(
		program.Expect("the message", event.Message, "1 of 2 parts are broken"),
		program.Expect("the type", event.Type, corev1.EventTypeWarning),
		program.Expect("the annotation", event.Annotations["example.com/run"], "1"),
		program.Expect("the source", event.Source, corev1.EventSource{Component: "teller", Host: "somewhere"}),
		program.Expect("the controller", event.ReportingController, "teller"),
		program.Expect("what it is about", involved.APIVersion+" "+involved.Kind+" "+involved.Name,
			"v1 ConfigMap about"),
		program.Expect("its uid", involved.UID, t.about.UID),
		program.Expect("its version", involved.ResourceVersion, t.about.ResourceVersion),
		program.Expect("whether it was told once", event.FirstTimestamp.Equal(&event.LastTimestamp), true),
	)
}

// The same again is counted in one Event, by patches.
func (t *teller) count(ctx context.Context) error {
	recorder, shutdown := t.recorder()
	defer shutdown()
	for range 5 {
		recorder.Event(t.about, corev1.EventTypeNormal, "Counted", "The same again")
	}
	event, err := t.untilCounted(ctx, "about", "Counted", 5)
	if err != nil {
		return err
	}
	return program.First(
		program.Expect("whether it is later", event.LastTimestamp.Before(&event.FirstTimestamp), false),
		program.Expect("the managers", len(event.ManagedFields), 1),
		program.Expect("the manager", event.ManagedFields[0].Operation, metav1.ManagedFieldsOperationUpdate),
	)
}

// Many that differ in their message only become one after the tenth.
func (t *teller) aggregate(ctx context.Context) error {
	about, err := t.create(ctx, "often")
	if err != nil {
		return err
	}
	recorder, shutdown := t.recorder()
	defer shutdown()
	for i := range 15 {
		recorder.Eventf(about, corev1.EventTypeNormal, "Similar", "Message %d", i)
	}
	var found []corev1.Event
	err = program.Until(ctx, func(ctx context.Context) (bool, error) {
		if found, err = t.list(ctx, "involvedObject.uid="+string(about.UID)); err != nil {
			return false, err
		}
		for _, event := range found {
			if event.Message == "(combined from similar events): Message 14" {
				return event.Count == 6, nil
			}
		}
		return false, nil
	})
	return program.First(err, program.Expect("the number of Events", len(found), 10))
}

// A burst about one object is cut off.
func (t *teller) spam(ctx context.Context) error {
	about, err := t.create(ctx, "spammed")
	if err != nil {
		return err
	}
	recorder, shutdown := t.recorder(record.WithCorrelatorOptions(record.CorrelatorOptions{BurstSize: 3}))
	defer shutdown()
	for i := range 6 {
		recorder.Event(about, corev1.EventTypeNormal, fmt.Sprint("Spam", i), "Spam")
	}
	// What is told after it of another object has come, and so has all before.
	recorder.Event(t.about, corev1.EventTypeNormal, "AfterSpam", "Told in order")
	if _, err := t.untilCounted(ctx, "about", "AfterSpam", 1); err != nil {
		return err
	}
	found, err := t.list(ctx, "involvedObject.name=spammed")
	return program.First(err, program.Expect("the number of Events", len(found), 3))
}

// An Event that is gone when it is to be counted is made anew.
func (t *teller) remade(ctx context.Context) error {
	recorder, shutdown := t.recorder()
	defer shutdown()
	recorder.Event(t.about, corev1.EventTypeNormal, "Remade", "Again")
	first, err := t.untilCounted(ctx, "about", "Remade", 1)
	if err != nil {
		return err
	}
	if err := t.Client.CoreV1().Events(t.Namespace).Delete(ctx, first.Name, metav1.DeleteOptions{}); err != nil {
		return err
	}
	recorder.Event(t.about, corev1.EventTypeNormal, "Remade", "Again")
	second, err := t.untilCounted(ctx, "about", "Remade", 2)
	return program.First(
		err,
		program.Expect("the name", second.Name, first.Name),
		program.Expect("whether it is another", second.UID != first.UID, true),
	)
}

func main() {
	t := &teller{Program: program.New()}
	t.Check("an Event tells what it is about, who tells it and when", t.record)
	t.Check("the same Event again is counted", t.count)
	t.Check("similar Events become one after the tenth", t.aggregate)
	t.Check("a burst about one object is cut off", t.spam)
	t.Check("an Event that was deleted is made anew with its count", t.remade)
	t.series()
	t.End()
}
