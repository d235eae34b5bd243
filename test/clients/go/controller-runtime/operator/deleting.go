package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"fauxkube/clients/outcome"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

const held = "storage.example.com/held"

func (s *session) staysUntilGone(ctx context.Context) error {
	bucket, err := s.createReady(ctx, "archive", stubborn)
	if err != nil {
		return err
	}
	if err := s.client.Delete(ctx, bucket); err != nil {
		return err
	}
	bucket, err = s.isInPhase(ctx, "archive", deleting)
	if err != nil {
		return err
	}
	if bucket.DeletionTimestamp == nil || *bucket.DeletionGracePeriodSeconds != 0 || !s.cloud.has("archive") {
		return fmt.Errorf("it is %v", bucket.ObjectMeta)
	}
	more := bucket.DeepCopy()
	controllerutil.AddFinalizer(more, held)
	err = s.client.Patch(ctx, more, client.MergeFrom(bucket))
	words := "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted"
	if !apierrors.IsInvalid(err) || !strings.Contains(err.Error(), words) {
		return fmt.Errorf("a new finalizer is answered %v", err)
	}
	if _, err := s.create(ctx, "archive", stubborn); !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("another one is answered %v", err)
	}
	s.cloud.release()
	if err := s.isGone(ctx, bucket); err != nil {
		return err
	}
	if s.cloud.has("archive") {
		return errors.New("it is still there outside")
	}
	return nil
}

func (s *session) inBackground(ctx context.Context) error {
	bucket, err := s.createReady(ctx, "background", "north")
	if err != nil {
		return err
	}
	settings, err := s.configMap(ctx, "background")
	if err != nil {
		return err
	}
	policy := client.PropagationPolicy(metav1.DeletePropagationBackground)
	if err := s.client.Delete(ctx, bucket, policy); err != nil {
		return err
	}
	if err := s.isGone(ctx, bucket); err != nil {
		return err
	}
	return s.isGone(ctx, settings)
}

// hold keeps the ConfigMap of a bucket from being deleted.
func (s *session) hold(ctx context.Context, name string) (*corev1.ConfigMap, error) {
	settings, err := s.configMap(ctx, name)
	if err != nil {
		return nil, err
	}
	before := settings.DeepCopy()
	controllerutil.AddFinalizer(settings, held)
	return settings, s.client.Patch(ctx, settings, client.MergeFrom(before))
}

func (s *session) inForeground(ctx context.Context) error {
	bucket, err := s.createReady(ctx, "foreground", "north")
	if err != nil {
		return err
	}
	settings, err := s.hold(ctx, "foreground")
	if err != nil {
		return err
	}
	policy := client.PropagationPolicy(metav1.DeletePropagationForeground)
	if err := s.client.Delete(ctx, bucket, policy); err != nil {
		return err
	}
	err = outcome.Eventually(ctx, func(ctx context.Context) error {
		if err := s.client.Get(ctx, s.key("foreground"), bucket); err != nil {
			return err
		}
		if !slices.Equal(bucket.Finalizers, []string{metav1.FinalizerDeleteDependents}) {
			return fmt.Errorf("its finalizers are %v", bucket.Finalizers)
		}
		child, err := s.configMap(ctx, "foreground")
		if err == nil && child.DeletionTimestamp == nil {
			err = errors.New("its child is not deleted")
		}
		return err
	})
	if err != nil {
		return err
	}
	before := settings.DeepCopy()
	controllerutil.RemoveFinalizer(settings, held)
	if err := s.client.Patch(ctx, settings, client.MergeFrom(before)); err != nil {
		return err
	}
	if err := s.isGone(ctx, settings); err != nil {
		return err
	}
	return s.isGone(ctx, bucket)
}

func (s *session) orphans(ctx context.Context) error {
	bucket, err := s.createReady(ctx, "parent", "north")
	if err != nil {
		return err
	}
	policy := client.PropagationPolicy(metav1.DeletePropagationOrphan)
	if err := s.client.Delete(ctx, bucket, policy); err != nil {
		return err
	}
	if err := s.isGone(ctx, bucket); err != nil {
		return err
	}
	settings, err := s.configMap(ctx, "parent")
	if err != nil {
		return err
	}
	if len(settings.OwnerReferences) > 0 {
		return fmt.Errorf("it belongs to %v", settings.OwnerReferences)
	}
	credentials := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "parent"}}
	return errors.Join(s.client.Delete(ctx, settings), s.client.Delete(ctx, credentials))
}

func (s *session) ofTwo(ctx context.Context) error {
	child := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, GenerateName: "shared-"}}
	var owners []*Bucket
	for _, name := range []string{"first", "second"} {
		bucket, err := s.createReady(ctx, name, "north")
		if err != nil {
			return err
		}
		if err := controllerutil.SetOwnerReference(bucket, child, s.client.Scheme()); err != nil {
			return err
		}
		owners = append(owners, bucket)
	}
	if err := s.client.Create(ctx, child); err != nil {
		return err
	}
	if err := s.client.Delete(ctx, owners[0]); err != nil {
		return err
	}
	err := outcome.Eventually(ctx, func(ctx context.Context) error {
		if err := s.client.Get(ctx, client.ObjectKeyFromObject(child), child); err != nil {
			return err
		}
		if len(child.OwnerReferences) != 1 || child.OwnerReferences[0].Name != "second" {
			return fmt.Errorf("it is owned by %v", child.OwnerReferences)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.client.Delete(ctx, owners[1]); err != nil {
		return err
	}
	return s.isGone(ctx, child)
}

func (s *session) ofNobody(ctx context.Context) error {
	child := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
		Namespace: s.namespace, Name: "foundling",
		OwnerReferences: []metav1.OwnerReference{{
			APIVersion: buckets.String(), Kind: "Bucket", Name: "nobody", UID: "00000000-0000-0000-0000-000000000000",
		}},
	}}
	if err := s.client.Create(ctx, child); err != nil {
		return err
	}
	return s.isGone(ctx, child)
}

func (s *session) preconditions(ctx context.Context) error {
	bucket, err := s.createReady(ctx, "precious", "north")
	if err != nil {
		return err
	}
	settings, err := s.configMap(ctx, "precious")
	if err != nil {
		return err
	}
	for _, object := range []client.Object{bucket, settings} {
		wrongUID := client.Preconditions{UID: new(types.UID("another"))}
		if err := s.client.Delete(ctx, object, wrongUID); !apierrors.IsConflict(err) {
			return fmt.Errorf("another uid is answered %v", err)
		}
		wrongRevision := client.Preconditions{ResourceVersion: new("1")}
		if err := s.client.Delete(ctx, object, wrongRevision); !apierrors.IsConflict(err) {
			return fmt.Errorf("another revision is answered %v", err)
		}
		if err := s.client.Delete(ctx, object, client.DryRunAll); err != nil {
			return err
		}
		if err := s.client.Get(ctx, client.ObjectKeyFromObject(object), object); err != nil {
			return fmt.Errorf("after a dry run: %w", err)
		}
		if object.GetDeletionTimestamp() != nil {
			return errors.New("a dry run has deleted it")
		}
	}
	return nil
}

func (s *session) isForbidden(ctx context.Context) error {
	for _, list := range []client.ObjectList{&BucketList{}, &corev1.ConfigMapList{}} {
		if err := s.client.List(ctx, list); !apierrors.IsForbidden(err) {
			return fmt.Errorf("a list is answered %v", err)
		}
	}
	elsewhere := &Bucket{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "elsewhere"}}
	if err := s.client.Create(ctx, elsewhere); !apierrors.IsForbidden(err) {
		return fmt.Errorf("a bucket is answered %v", err)
	}
	return nil
}

func (s *session) ends(ctx context.Context) error {
	if err := s.client.DeleteAllOf(ctx, &Bucket{}, client.InNamespace(s.namespace)); err != nil {
		return err
	}
	err := outcome.Eventually(ctx, func(ctx context.Context) error {
		for _, list := range []client.ObjectList{&BucketList{}, &corev1.ConfigMapList{}, &corev1.SecretList{}} {
			if err := s.client.List(ctx, list, client.InNamespace(s.namespace)); err != nil {
				return err
			}
			switch list := list.(type) {
			case *BucketList:
				if len(list.Items) > 0 {
					return fmt.Errorf("%d buckets are left", len(list.Items))
				}
			case *corev1.ConfigMapList:
				// Each namespace has one with the certificate of the cluster.
				if len(list.Items) > 1 {
					return fmt.Errorf("%d ConfigMaps are left", len(list.Items))
				}
			case *corev1.SecretList:
				if len(list.Items) > 0 {
					return fmt.Errorf("%d Secrets are left", len(list.Items))
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if left := len(s.cloud.there); left > 0 {
		return fmt.Errorf("%d are left outside", left)
	}
	s.stop()
	return <-s.stopped
}
