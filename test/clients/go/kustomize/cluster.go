package main

import (
	"context"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"

	"fauxkube/clients/outcome"
)

const manager = "kustomize-program"

// session applies objects of any kind.
type session struct {
	client    dynamic.Interface
	mapper    *restmapper.DeferredDiscoveryRESTMapper
	namespace string
}

// prunable are the kinds that are looked through for what is no longer wanted.
var prunable = []schema.GroupVersionResource{
	{Group: "apps", Version: "v1", Resource: "deployments"},
	{Group: "policy", Version: "v1", Resource: "poddisruptionbudgets"},
	{Version: "v1", Resource: "services"},
	{Version: "v1", Resource: "secrets"},
	{Version: "v1", Resource: "configmaps"},
}

func newSession() (*session, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	loaded := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{})
	restConfig, err := loaded.ClientConfig()
	if err != nil {
		return nil, err
	}
	restConfig.QPS = -1
	client, err := dynamic.NewForConfig(restConfig)
	if err != nil {
		return nil, err
	}
	found, err := discovery.NewDiscoveryClientForConfig(restConfig)
	if err != nil {
		return nil, err
	}
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(found))
	return &session{client: client, mapper: mapper, namespace: outcome.Namespace()}, nil
}

func (s *session) resourceOf(object *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	kind := object.GroupVersionKind()
	mapping, err := s.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		return nil, err
	}
	if mapping.Scope.Name() == "root" {
		return s.client.Resource(mapping.Resource), nil
	}
	return s.client.Resource(mapping.Resource).Namespace(object.GetNamespace()), nil
}

// apply applies objects, and returns what they have become.
func (s *session) apply(
	ctx context.Context, objects []*unstructured.Unstructured, options metav1.ApplyOptions,
) ([]*unstructured.Unstructured, error) {
	options.FieldManager = manager
	var applied []*unstructured.Unstructured
	for _, object := range objects {
		resource, err := s.resourceOf(object)
		if err != nil {
			return nil, err
		}
		result, err := resource.Apply(ctx, object.GetName(), object, options)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
		}
		applied = append(applied, result)
	}
	return applied, nil
}

func (s *session) get(ctx context.Context, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	resource, err := s.resourceOf(object)
	if err != nil {
		return nil, err
	}
	return resource.Get(ctx, object.GetName(), metav1.GetOptions{})
}

// prune deletes what has the label and is not wanted, and returns what that was.
func (s *session) prune(ctx context.Context, wanted []*unstructured.Unstructured) ([]string, error) {
	var pruned []string
	for _, kind := range prunable {
		resource := s.client.Resource(kind).Namespace(s.namespace)
		found, err := resource.List(ctx, metav1.ListOptions{LabelSelector: instance + "=" + shop})
		if err != nil {
			return nil, err
		}
		for _, item := range found.Items {
			isIt := func(object *unstructured.Unstructured) bool {
				return object.GetKind() == item.GetKind() && object.GetName() == item.GetName()
			}
			if slices.ContainsFunc(wanted, isIt) {
				continue
			}
			uid := item.GetUID()
			options := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}}
			if err := resource.Delete(ctx, item.GetName(), options); err != nil {
				return nil, err
			}
			pruned = append(pruned, item.GetKind()+" "+item.GetName())
		}
	}
	return pruned, nil
}

func (s *session) isServed(ctx context.Context, deployment *unstructured.Unstructured) error {
	return outcome.Eventually(ctx, func(ctx context.Context) error {
		found, err := s.get(ctx, deployment)
		if err != nil {
			return err
		}
		wanted, _, _ := unstructured.NestedInt64(found.Object, "spec", "replicas")
		for _, field := range []string{"replicas", "updatedReplicas", "availableReplicas"} {
			count, _, _ := unstructured.NestedInt64(found.Object, "status", field)
			if count != wanted {
				return fmt.Errorf("%s is %d and not %d", field, count, wanted)
			}
		}
		return nil
	})
}
