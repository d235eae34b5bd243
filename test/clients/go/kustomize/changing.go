package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/types"

	"fauxkube/clients/outcome"
)

func (s *session) conflicts(ctx context.Context) error {
	objects, err := build(s.namespace, nil)
	if err != nil {
		return err
	}
	theirs := find(objects, "Deployment").DeepCopy()
	theirs.Object["spec"] = map[string]any{"replicas": int64(3)}
	theirs.SetLabels(nil)
	resource, err := s.resourceOf(theirs)
	if err != nil {
		return err
	}
	options := metav1.ApplyOptions{FieldManager: "somebody"}
	_, err = resource.Apply(ctx, theirs.GetName(), theirs, options)
	words := fmt.Sprintf("Apply failed with 1 conflict: conflict with %q: .spec.replicas", manager)
	if !apierrors.IsConflict(err) || err.Error() != words {
		return fmt.Errorf("is answered %v", err)
	}
	var status *apierrors.StatusError
	if !errors.As(err, &status) || status.ErrStatus.Details.Causes[0].Type != metav1.CauseTypeFieldManagerConflict {
		return fmt.Errorf("is answered %#v", err)
	}
	options.Force = true
	if _, err := resource.Apply(ctx, theirs.GetName(), theirs, options); err != nil {
		return err
	}
	_, err = s.apply(ctx, objects, metav1.ApplyOptions{})
	if !apierrors.IsConflict(err) || !strings.Contains(err.Error(), `conflict with "somebody": .spec.replicas`) {
		return fmt.Errorf("the overlay is answered %v", err)
	}
	_, err = s.apply(ctx, objects, metav1.ApplyOptions{Force: true})
	return err
}

func (s *session) annotates(ctx context.Context) error {
	objects, err := build(s.namespace, nil)
	if err != nil {
		return err
	}
	changed, err := annotated(objects, "example.com/note", "seen")
	if err != nil {
		return err
	}
	applied, err := s.apply(ctx, changed, metav1.ApplyOptions{})
	if err != nil {
		return err
	}
	for _, object := range applied {
		if object.GetAnnotations()["example.com/note"] != "seen" {
			return fmt.Errorf("%s has %v", object.GetName(), object.GetAnnotations())
		}
	}
	if applied, err = s.apply(ctx, objects, metav1.ApplyOptions{}); err != nil {
		return err
	}
	for _, object := range applied {
		if note, isThere := object.GetAnnotations()["example.com/note"]; isThere {
			return fmt.Errorf("%s still has the annotation %s", object.GetName(), note)
		}
	}
	return nil
}

func (s *session) prunes(ctx context.Context) error {
	objects, err := build(s.namespace, func(top *types.Kustomization) {
		top.Patches = []types.Patch{{
			Target: &types.Selector{},
			Patch:  "{$patch: delete, apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: production-web}}",
		}}
		top.Patches[0].Target.Kind = "PodDisruptionBudget"
	})
	if err != nil {
		return err
	}
	if _, err := s.apply(ctx, objects, metav1.ApplyOptions{}); err != nil {
		return err
	}
	pruned, err := s.prune(ctx, objects)
	if err != nil {
		return err
	}
	if !slices.Contains(pruned, "PodDisruptionBudget production-web") {
		return fmt.Errorf("pruned %v", pruned)
	}
	return nil
}

func (s *session) isStrict(ctx context.Context) error {
	objects, err := build(s.namespace, func(top *types.Kustomization) {
		top.Patches = []types.Patch{{
			Target: &types.Selector{},
			Patch:  `[{"op": "add", "path": "/spec/port", "value": 80}]`,
		}}
		top.Patches[0].Target.Kind = "Service"
	})
	if err != nil {
		return err
	}
	_, err = s.apply(ctx, []*unstructured.Unstructured{find(objects, "Service")}, metav1.ApplyOptions{})
	if err == nil || !strings.Contains(err.Error(), ".spec.port: field not declared in schema") {
		return fmt.Errorf("is answered %v", err)
	}
	return nil
}

func (s *session) clusterWide() *unstructured.Unstructured {
	role := &unstructured.Unstructured{Object: map[string]any{
		"rules": []any{map[string]any{
			"apiGroups": []any{""}, "resources": []any{"nodes"}, "verbs": []any{"get"},
		}},
	}}
	role.SetAPIVersion("rbac.authorization.k8s.io/v1")
	role.SetKind("ClusterRole")
	role.SetName(s.namespace + "-nodes")
	return role
}

func (s *session) isClusterWide(ctx context.Context) error {
	namespace := &unstructured.Unstructured{Object: map[string]any{}}
	namespace.SetAPIVersion("v1")
	namespace.SetKind("Namespace")
	namespace.SetName(s.namespace + "-other")
	inside, err := build(namespace.GetName(), nil)
	if err != nil {
		return err
	}
	objects := append([]*unstructured.Unstructured{namespace, s.clusterWide()}, inside...)
	if _, err := s.apply(ctx, objects, metav1.ApplyOptions{}); err != nil {
		return err
	}
	if err := s.isServed(ctx, find(inside, "Deployment")); err != nil {
		return err
	}
	for _, object := range objects[:2] {
		resource, err := s.resourceOf(object)
		if err != nil {
			return err
		}
		if err := resource.Delete(ctx, object.GetName(), metav1.DeleteOptions{}); err != nil {
			return err
		}
	}
	return outcome.Eventually(ctx, func(ctx context.Context) error {
		for _, object := range objects {
			if _, err := s.get(ctx, object); !apierrors.IsNotFound(err) {
				return fmt.Errorf("%s is answered %v", object.GetName(), err)
			}
		}
		return nil
	})
}

func (s *session) isForbidden(ctx context.Context) error {
	_, err := s.apply(ctx, []*unstructured.Unstructured{s.clusterWide()}, metav1.ApplyOptions{})
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), `cannot patch resource "clusterroles"`) {
		return fmt.Errorf("the ClusterRole is answered %v", err)
	}
	elsewhere, err := build("default", nil)
	if err != nil {
		return err
	}
	if _, err := s.apply(ctx, elsewhere, metav1.ApplyOptions{}); !apierrors.IsForbidden(err) {
		return fmt.Errorf("another namespace is answered %v", err)
	}
	return nil
}
