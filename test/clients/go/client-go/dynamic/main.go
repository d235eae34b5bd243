// The dynamic client with a mapper: what programs do that learn from the cluster which kinds there are.
package main

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"

	"fauxkube/clients/program"
)

const group = "dynamic.example.com"

type tabs struct {
	*program.Program
	client dynamic.Interface
	mapper *restmapper.DeferredDiscoveryRESTMapper
}

func (t *tabs) resource(version string) dynamic.ResourceInterface {
	resource := schema.GroupVersionResource{Group: group, Version: version, Resource: "crontabs"}
	return t.client.Resource(resource).Namespace(t.Namespace)
}

func tab(name string, spec map[string]any) *unstructured.Unstructured {
	if _, isGiven := spec["schedule"]; !isGiven {
		spec["schedule"] = "* * * * *"
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": group + "/v1",
		"kind":       "CronTab",
		"metadata":   map[string]any{"name": name},
		"spec":       spec,
	}}
}

// A field as text, "" where there is none.
func field(object *unstructured.Unstructured, path ...string) string {
	value, isFound, err := unstructured.NestedFieldNoCopy(object.Object, path...)
	if err != nil || !isFound {
		return ""
	}
	return fmt.Sprint(value)
}

func (t *tabs) mapping(context.Context) error {
	mapping, err := t.mapper.RESTMapping(schema.GroupKind{Group: group, Kind: "CronTab"})
	if err != nil {
		return err
	}
	short := restmapper.NewShortcutExpander(t.mapper, memory.NewMemCacheClient(t.Client.Discovery()), nil)
	expanded, err := short.ResourceFor(schema.GroupVersionResource{Resource: "ct"})
	if err != nil {
		return err
	}
	kind, err := t.mapper.KindFor(schema.GroupVersionResource{Resource: "crontab", Version: "v1beta1"})
	if err != nil {
		return err
	}
	_, missing := t.mapper.RESTMapping(schema.GroupKind{Group: group, Kind: "Other"})
	category, isCategory := restmapper.NewDiscoveryCategoryExpander(t.Client.Discovery()).Expand("timers")
	if !isCategory {
		return errors.New("timers is no category")
	}
	return program.First(
		program.Expect("the resource", mapping.Resource.String(), group+"/v1, Resource=crontabs"),
		program.Expect("the scope", mapping.Scope.Name(), meta.RESTScopeNameNamespace),
		program.Expect("what the short name means", expanded, mapping.Resource),
		program.Expect("the kind of the other version", kind.String(), group+"/v1beta1, Kind=CronTab"),
		program.Expect("whether another kind is missing", meta.IsNoMatchError(missing), true),
		program.Expect("the category", category[0].String(), "crontabs."+group),
	)
}

// What lies outside of its namespace is forbidden to a user of one.
func (t *tabs) forbidden(ctx context.Context) error {
	everywhere := schema.GroupVersionResource{Group: group, Version: "v1", Resource: "crontabs"}
	_, err := t.client.Resource(everywhere).List(ctx, metav1.ListOptions{})
	list := program.Refused(err, metav1.StatusReasonForbidden, `cannot list resource "crontabs" in API group "`+group+
		`" at the cluster scope`)
	definitions := schema.GroupVersionResource{
		Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions",
	}
	_, err = t.client.Resource(definitions).Get(ctx, "crontabs."+group, metav1.GetOptions{})
	return program.First(list, program.Refused(err, metav1.StatusReasonForbidden,
		`customresourcedefinitions.apiextensions.k8s.io "crontabs.`+group+`" is forbidden`))
}

func main() {
	p := program.New()
	cached := memory.NewMemCacheClient(p.Client.Discovery())
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(cached)
	t := &tabs{Program: p, client: dynamic.NewForConfigOrDie(p.Config), mapper: mapper}
	t.Check("a mapper finds a custom resource by kind, short name and category", t.mapping)
	t.writes()
	t.patches()
	t.reads()
	if t.IsNamespaced {
		t.Check("custom resources of all namespaces, and definitions, are forbidden", t.forbidden)
	}
	t.End()
}
