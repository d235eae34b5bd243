package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"

	v1 "fauxkube/clients/controller-runtime/webhooks/v1"
	"fauxkube/clients/controller-runtime/webhooks/v1alpha1"
	"fauxkube/clients/outcome"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

func (s *session) old(name string, seconds int64) *v1alpha1.Schedule {
	return &v1alpha1.Schedule{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name},
		Spec:       v1alpha1.ScheduleSpec{Seconds: seconds},
	}
}

func (s *session) converts(ctx context.Context) error {
	definition, patch, err := s.conversion()
	if err != nil {
		return err
	}
	if err := s.client.Patch(ctx, definition, patch); err != nil {
		return err
	}
	// The server converts in the new way as soon as it serves the changed definition.
	err = outcome.Eventually(ctx, func(ctx context.Context) error {
		tried := s.old("tried", 90)
		return s.client.Create(ctx, tried, client.DryRunAll)
	})
	if err != nil {
		return err
	}
	old := s.old("legacy", 90)
	if err := s.client.Create(ctx, old); err != nil {
		return err
	}
	if old.Spec.Seconds != 90 || old.Spec.Owner == "" {
		return fmt.Errorf("in the old version it is %v", old.Spec)
	}
	stored := &v1.Schedule{}
	if err := s.client.Get(ctx, client.ObjectKeyFromObject(old), stored); err != nil {
		return err
	}
	if stored.Spec.Every != "1m30s" || *stored.Spec.Retries != 3 || stored.UID != old.UID {
		return fmt.Errorf("in the new version it is %v", stored.Spec)
	}
	last := s.validator.last()
	if last.Kind.Version != "v1" || last.RequestKind.Version != "v1alpha1" {
		return fmt.Errorf("the webhook was asked for %s of a request for %s", last.Kind.Version, last.RequestKind.Version)
	}
	return nil
}

func (s *session) convertsMany(ctx context.Context) error {
	found := &v1alpha1.ScheduleList{}
	if err := s.client.List(ctx, found, client.InNamespace(s.namespace)); err != nil {
		return err
	}
	var seconds []int64
	for _, item := range found.Items {
		seconds = append(seconds, item.Spec.Seconds)
	}
	slices.Sort(seconds)
	if !slices.Equal(seconds, []int64{10, 90, 86400}) {
		return fmt.Errorf("the list has %v", seconds)
	}
	events, err := s.client.Watch(ctx, &v1alpha1.ScheduleList{}, client.InNamespace(s.namespace), &client.ListOptions{
		Raw: &metav1.ListOptions{ResourceVersion: found.ResourceVersion},
	})
	if err != nil {
		return err
	}
	defer events.Stop()
	if err := s.client.Create(ctx, s.schedule("hourly", "1h")); err != nil {
		return err
	}
	event := <-events.ResultChan()
	schedule, isOne := event.Object.(*v1alpha1.Schedule)
	if !isOne || event.Type != watch.Added || schedule.Spec.Seconds != 3600 {
		return fmt.Errorf("the watch tells %s of %v", event.Type, event.Object)
	}
	return nil
}

func (s *session) apply(ctx context.Context, version, manager string, spec map[string]any) error {
	object := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	object.SetAPIVersion("jobs.example.com/" + version)
	object.SetKind("Schedule")
	object.SetNamespace(s.namespace)
	object.SetName("applied")
	return s.client.Apply(ctx, client.ApplyConfigurationFromUnstructured(object), client.FieldOwner(manager))
}

func (s *session) appliesInVersions(ctx context.Context) error {
	wanted := map[string]any{"seconds": int64(120), "retries": int64(5)}
	if err := s.apply(ctx, "v1alpha1", "elder", wanted); err != nil {
		return err
	}
	err := s.apply(ctx, "v1", "younger", map[string]any{"every": "2m0s", "retries": int64(6)})
	words := `conflict with "elder": .spec.retries`
	if !apierrors.IsConflict(err) || !strings.Contains(err.Error(), words) {
		return fmt.Errorf("is answered %v", err)
	}
	if err := s.apply(ctx, "v1", "younger", map[string]any{"every": "2m0s"}); err != nil {
		return err
	}
	// What the first one no longer wants goes, and what both want stays.
	if err := s.apply(ctx, "v1alpha1", "elder", map[string]any{}); err != nil {
		return err
	}
	schedule := &v1.Schedule{}
	if err := s.client.Get(ctx, client.ObjectKey{Namespace: s.namespace, Name: "applied"}, schedule); err != nil {
		return err
	}
	if schedule.Spec.Every != "2m0s" || schedule.Spec.Retries != nil {
		return fmt.Errorf("it is %v", schedule.Spec)
	}
	return nil
}

func (s *session) cannotConvert(ctx context.Context) error {
	strange := s.schedule("strange", "whenever")
	strange.Labels = map[string]string{"unchecked": "true"}
	if err := s.client.Create(ctx, strange); err != nil {
		return err
	}
	old := s.old("strange", 0)
	err := s.client.Get(ctx, client.ObjectKeyFromObject(old), old)
	words := `conversion webhook for jobs.example.com/v1, Kind=Schedule failed: strange is not written in seconds`
	if err == nil || !strings.Contains(err.Error(), words) {
		return fmt.Errorf("is answered %v", err)
	}
	return s.client.Delete(ctx, strange)
}

func (s *session) isForbidden(ctx context.Context) error {
	err := s.client.List(ctx, &admissionregistrationv1.ValidatingWebhookConfigurationList{})
	if !apierrors.IsForbidden(err) {
		return fmt.Errorf("the list is answered %v", err)
	}
	definition, patch, err := s.conversion()
	if err != nil {
		return err
	}
	definition.SetName("widgets.jobs.example.com")
	if err := s.client.Patch(ctx, definition, patch); !apierrors.IsForbidden(err) {
		return fmt.Errorf("another definition is answered %v", err)
	}
	return nil
}
