package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"fauxkube/clients/outcome"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

func (s *session) becomesReady(ctx context.Context) error {
	events, err := s.client.Watch(ctx, &BucketList{}, client.InNamespace(s.namespace))
	if err != nil {
		return err
	}
	defer events.Stop()
	if _, err := s.create(ctx, "photos", "north"); err != nil {
		return err
	}
	var phases []string
	bucket := &Bucket{}
	for bucket.Status.Phase != ready {
		event := <-events.ResultChan()
		seen, isBucket := event.Object.(*Bucket)
		if !isBucket {
			return fmt.Errorf("the watch tells %s of %v", event.Type, event.Object)
		}
		bucket = seen
		phases = append(phases, fmt.Sprintf("%s %d", bucket.Status.Phase, len(bucket.Finalizers)))
	}
	if wanted := []string{" 0", " 1", creating + " 1", ready + " 1"}; !slices.Equal(phases, wanted) {
		return fmt.Errorf("its phases and numbers of finalizers are %q", phases)
	}
	if calls := s.cloud.callsFor("photos", "north"); calls < asks+1 {
		return fmt.Errorf("it was asked for %d times", calls)
	}
	settings, err := s.configMap(ctx, "photos")
	if err != nil {
		return err
	}
	owner := metav1.GetControllerOf(settings)
	if owner == nil || owner.UID != bucket.UID || owner.Kind != "Bucket" || !*owner.BlockOwnerDeletion {
		return fmt.Errorf("its ConfigMap is owned by %v", settings.OwnerReferences)
	}
	return nil
}

func (s *session) repairs(ctx context.Context) error {
	settings, err := s.configMap(ctx, "photos")
	if err != nil {
		return err
	}
	drifted := settings.DeepCopy()
	drifted.Data = map[string]string{"url": "elsewhere"}
	if err := s.client.Update(ctx, drifted); err != nil {
		return err
	}
	credentials := &corev1.Secret{}
	if err := s.client.Get(ctx, s.key("photos"), credentials); err != nil {
		return err
	}
	before := credentials.UID
	if err := s.client.Delete(ctx, credentials); err != nil {
		return err
	}
	return outcome.Eventually(ctx, func(ctx context.Context) error {
		repaired, err := s.configMap(ctx, "photos")
		if err != nil {
			return err
		}
		if repaired.Data["url"] != "https://north/photos" || repaired.ResourceVersion == drifted.ResourceVersion {
			return fmt.Errorf("its ConfigMap is %v", repaired.Data)
		}
		again := &corev1.Secret{}
		if err := s.client.Get(ctx, s.key("photos"), again); err != nil {
			return err
		}
		if again.UID == before {
			return errors.New("its Secret is the old one")
		}
		return nil
	})
}

func (s *session) isIdle(ctx context.Context) error {
	before, err := s.configMap(ctx, "photos")
	if err != nil {
		return err
	}
	for {
		select {
		case <-s.reconciler.results:
			continue
		default:
		}
		break
	}
	bucket := &Bucket{}
	if err := s.client.Get(ctx, s.key("photos"), bucket); err != nil {
		return err
	}
	annotated := bucket.DeepCopy()
	annotated.Annotations = map[string]string{"again": "please"}
	if err := s.client.Patch(ctx, annotated, client.MergeFrom(bucket)); err != nil {
		return err
	}
	if result := <-s.reconciler.results; result != controllerutil.OperationResultNone {
		return fmt.Errorf("the ConfigMap was %s", result)
	}
	after, err := s.configMap(ctx, "photos")
	if err == nil && after.ResourceVersion != before.ResourceVersion {
		err = fmt.Errorf("the revision was %s and is %s", before.ResourceVersion, after.ResourceVersion)
	}
	return err
}

func (s *session) triesAgain(ctx context.Context) error {
	if _, err := s.createReady(ctx, "films", far); err != nil {
		return err
	}
	if calls := s.cloud.callsFor("films", far); calls < asks+1 {
		return fmt.Errorf("it was asked for %d times", calls)
	}
	return nil
}

func (s *session) givesUp(ctx context.Context) error {
	if _, err := s.create(ctx, "songs", nowhere); err != nil {
		return err
	}
	bucket, err := s.isInPhase(ctx, "songs", failed)
	if err != nil {
		return err
	}
	if bucket.Status.Message != errUnknownRegion.Error() {
		return fmt.Errorf("it says %q", bucket.Status.Message)
	}
	moved := bucket.DeepCopy()
	moved.Spec.Region = "south"
	if err := s.client.Patch(ctx, moved, client.MergeFrom(bucket)); err != nil {
		return err
	}
	if _, err := s.isInPhase(ctx, "songs", ready); err != nil {
		return err
	}
	if calls := s.cloud.callsFor("songs", nowhere); calls != 1 {
		return fmt.Errorf("nowhere was asked %d times", calls)
	}
	return nil
}
