// An overlay that kustomize builds, applied by a dynamic client, changed, pruned and deleted.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/types"

	"fauxkube/clients/outcome"
)

type test struct {
	what string
	run  func(context.Context) error
}

func main() {
	ctx := context.Background()
	s, err := newSession()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	tests := []test{
		{"the overlay has generated names, patches, images and replacements", s.builds},
		{"a dry run of all objects creates none", s.tries},
		{"all objects are applied, and the Deployment is available", s.applies},
		{"objects that are applied again do not change", s.isIdempotent},
		{"a field of another manager is a conflict that names both", s.conflicts},
		{"an annotation of kyaml's pipeline is applied, and goes when it is no longer wanted", s.annotates},
		{"a generator with other values rolls out, and what it made before is pruned", s.regenerates},
		{"what the overlay has no longer is pruned, with the uid that was seen", s.prunes},
		{"a misspelt field of an overlay is refused when asked for", s.isStrict},
	}
	if outcome.IsClusterScoped() {
		tests = append(tests, test{"an overlay with objects of the cluster is applied and deleted", s.isClusterWide})
	} else {
		tests = append(tests, test{"an overlay with objects of the cluster is forbidden", s.isForbidden})
	}
	for _, test := range append(tests, test{"all that has the label is deleted kind by kind", s.deletes}) {
		outcome.Check(test.what, func() error { return test.run(ctx) })
	}
	outcome.Exit()
}

func (s *session) builds(context.Context) error {
	objects, err := build(s.namespace, nil)
	if err != nil {
		return err
	}
	var names []string
	for _, object := range objects {
		if object.GetNamespace() != s.namespace || object.GetLabels()[instance] != shop {
			return fmt.Errorf("%s is in %s with %v", object.GetName(), object.GetNamespace(), object.GetLabels())
		}
		names = append(names, strings.TrimPrefix(object.GetName(), "production-"))
	}
	if len(names) != 5 {
		return fmt.Errorf("it has %v", names)
	}
	deployment, err := find(objects, "Deployment").MarshalJSON()
	if err != nil {
		return err
	}
	for _, wanted := range []string{
		`"image":"nginx:1.29"`, `"replicas":2`, `{"name":"SERVICE","value":"production-web"}`,
		find(objects, "ConfigMap").GetName(), find(objects, "Secret").GetName(),
	} {
		if !strings.Contains(string(deployment), wanted) {
			return fmt.Errorf("there is no %s in %s", wanted, deployment)
		}
	}
	return nil
}

func (s *session) tries(ctx context.Context) error {
	objects, err := build(s.namespace, nil)
	if err != nil {
		return err
	}
	tried, err := s.apply(ctx, objects, metav1.ApplyOptions{DryRun: []string{metav1.DryRunAll}})
	if err != nil {
		return err
	}
	address, _, _ := unstructured.NestedString(find(tried, "Service").Object, "spec", "clusterIP")
	if address == "" {
		return errors.New("the Service would have no address")
	}
	for _, object := range objects {
		if _, err := s.get(ctx, object); !apierrors.IsNotFound(err) {
			return fmt.Errorf("%s is answered %v", object.GetName(), err)
		}
	}
	return nil
}

func (s *session) applies(ctx context.Context) error {
	objects, err := build(s.namespace, nil)
	if err != nil {
		return err
	}
	applied, err := s.apply(ctx, objects, metav1.ApplyOptions{})
	if err != nil {
		return err
	}
	for _, object := range applied {
		fields := object.GetManagedFields()
		if len(fields) != 1 || fields[0].Manager != manager || fields[0].Operation != metav1.ManagedFieldsOperationApply {
			return fmt.Errorf("%s is managed by %v", object.GetName(), fields)
		}
	}
	return s.isServed(ctx, find(objects, "Deployment"))
}

func (s *session) isIdempotent(ctx context.Context) error {
	objects, err := build(s.namespace, nil)
	if err != nil {
		return err
	}
	first, err := s.apply(ctx, objects, metav1.ApplyOptions{})
	if err != nil {
		return err
	}
	second, err := s.apply(ctx, objects, metav1.ApplyOptions{})
	if err != nil {
		return err
	}
	for index, object := range first {
		if was, is := object.GetGeneration(), second[index].GetGeneration(); was != is {
			return fmt.Errorf("%s was generation %d and is %d", object.GetName(), was, is)
		}
	}
	for _, kind := range []string{"ConfigMap", "Secret", "Service"} {
		if was, is := find(first, kind).GetResourceVersion(), find(second, kind).GetResourceVersion(); was != is {
			return fmt.Errorf("the %s was at %s and is at %s", kind, was, is)
		}
	}
	return nil
}

func (s *session) deletes(ctx context.Context) error {
	labelled := metav1.ListOptions{LabelSelector: instance + "=" + shop}
	foreground := metav1.DeletePropagationForeground
	for _, kind := range prunable {
		resource := s.client.Resource(kind).Namespace(s.namespace)
		options := metav1.DeleteOptions{PropagationPolicy: &foreground}
		if err := resource.DeleteCollection(ctx, options, labelled); err != nil {
			return fmt.Errorf("%s: %w", kind.Resource, err)
		}
	}
	return outcome.Eventually(ctx, func(ctx context.Context) error {
		for _, kind := range prunable {
			found, err := s.client.Resource(kind).Namespace(s.namespace).List(ctx, labelled)
			if err != nil {
				return err
			}
			if len(found.Items) > 0 {
				return fmt.Errorf("%d %s are left", len(found.Items), kind.Resource)
			}
		}
		return nil
	})
}

func (s *session) regenerates(ctx context.Context) error {
	before, err := build(s.namespace, nil)
	if err != nil {
		return err
	}
	after, err := build(s.namespace, func(top *types.Kustomization) {
		top.ConfigMapGenerator = []types.ConfigMapArgs{{GeneratorArgs: types.GeneratorArgs{
			Name: "production-settings", Behavior: "merge",
			KvPairSources: types.KvPairSources{LiteralSources: []string{"COLOUR=blue"}},
		}}}
	})
	if err != nil {
		return err
	}
	if _, err := s.apply(ctx, after, metav1.ApplyOptions{}); err != nil {
		return err
	}
	if err := s.isServed(ctx, find(after, "Deployment")); err != nil {
		return err
	}
	pruned, err := s.prune(ctx, after)
	if wanted := []string{"ConfigMap " + find(before, "ConfigMap").GetName()}; !slices.Equal(pruned, wanted) {
		return fmt.Errorf("pruned %v, %w", pruned, err)
	}
	found, err := s.get(ctx, find(after, "Deployment"))
	if err == nil && found.GetAnnotations()["deployment.kubernetes.io/revision"] != "2" {
		err = fmt.Errorf("the Deployment has %v", found.GetAnnotations())
	}
	return err
}
