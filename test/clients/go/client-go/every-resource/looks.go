package main

import (
	"context"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/cache"

	"fauxkube/clients/program"
)

// What informers know is what a list has, each object in its own version.
func (v *viewer) compare(ctx context.Context) error {
	for one, informer := range v.informers {
		var list *unstructured.UnstructuredList
		err := program.Until(ctx, func(ctx context.Context) (isSame bool, err error) {
			if list, err = v.resource(one).List(ctx, metav1.ListOptions{}); err != nil {
				return false, fmt.Errorf("%s: %w", one.Resource, err)
			}
			// Leases and Events come and go meanwhile.
			return len(list.Items) == len(informer.GetStore().ListKeys()), nil
		})
		if err != nil {
			return fmt.Errorf("%s: %w", one, err)
		}
		for _, item := range informer.GetStore().List() {
			object := item.(*unstructured.Unstructured)
			if object.GetAPIVersion() != one.GroupVersion().String() || object.GetResourceVersion() == "" {
				return fmt.Errorf("%s has %s %s", one, object.GetAPIVersion(), object.GetName())
			}
		}
	}
	return nil
}

// As a tool shows them.
func (v *viewer) tables(ctx context.Context) error {
	for _, one := range v.seen {
		root := "/apis/" + one.Group
		if one.Group == "" {
			root = "/api"
		}
		path := root + "/" + one.Version + "/" + one.Resource
		if v.IsNamespaced {
			path = root + "/" + one.Version + "/namespaces/" + v.Namespace + "/" + one.Resource
		}
		answer, err := v.Client.CoreV1().RESTClient().Get().AbsPath(path).
			SetHeader("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io").Do(ctx).Raw()
		if err != nil {
			return fmt.Errorf("%s: %w", one, err)
		}
		table := &metav1.Table{}
		if err := json.Unmarshal(answer, table); err != nil {
			return err
		}
		for _, row := range table.Rows {
			// Kubernetes itself has a row that is longer: that of an IPAddress.
			if len(row.Cells) < len(table.ColumnDefinitions) {
				return fmt.Errorf("%s has %d columns, and a row of %d", one, len(table.ColumnDefinitions),
					len(row.Cells))
			}
		}
		if len(table.ColumnDefinitions) == 0 || table.Kind != "Table" {
			return fmt.Errorf("%s is told in a %s", one, table.Kind)
		}
	}
	return nil
}

var samples = map[schema.GroupVersionResource]map[string]any{
	{Version: "v1", Resource: "configmaps"}: {"data": map[string]any{"a": "b"}},
	{Version: "v1", Resource: "secrets"}:    {"stringData": map[string]any{"a": "b"}},
	{Version: "v1", Resource: "services"}: {"spec": map[string]any{
		"ports": []any{map[string]any{"port": int64(80)}},
	}},
	{Version: "v1", Resource: "persistentvolumeclaims"}: {"spec": map[string]any{
		"accessModes": []any{"ReadWriteOnce"}, "storageClassName": "none",
		"resources": map[string]any{"requests": map[string]any{"storage": "1Gi"}},
	}},
	{Group: "batch", Version: "v1", Resource: "cronjobs"}: {"spec": map[string]any{
		"schedule": "0 0 1 1 *", "jobTemplate": map[string]any{"spec": map[string]any{
			"template": map[string]any{"spec": map[string]any{
				"restartPolicy": "Never",
				"containers":    []any{map[string]any{"name": "main", "image": "busybox"}},
			}},
		}},
	}},
	{Group: "policy", Version: "v1",
		Resource: "poddisruptionbudgets"}: {"spec": map[string]any{"minAvailable": int64(1)}},
	{Group: "networking.k8s.io", Version: "v1", Resource: "networkpolicies"}: {"spec": map[string]any{
		"podSelector": map[string]any{},
	}},
	{Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "roles"}: {"rules": []any{map[string]any{
		"apiGroups": []any{""}, "resources": []any{"pods"}, "verbs": []any{"get"},
	}}},
}

// What is written is seen, in every version of it, and what is deleted is not.
func (v *viewer) changes(ctx context.Context) error {
	for written, fields := range samples {
		list, err := v.client.Resource(written).Namespace(v.Namespace).List(ctx, metav1.ListOptions{Limit: 1})
		if err != nil {
			return err
		}
		kind := list.GetKind()[:len(list.GetKind())-len("List")]
		object := &unstructured.Unstructured{Object: map[string]any{}}
		for name, value := range fields {
			object.Object[name] = value
		}
		object.SetAPIVersion(written.GroupVersion().String())
		object.SetKind(kind)
		object.SetName("sample")
		if _, err := v.client.Resource(written).Namespace(v.Namespace).Create(ctx, object,
			metav1.CreateOptions{}); err != nil {
			return fmt.Errorf("%s: %w", written, err)
		}
	}
	if err := v.untilSamples(ctx, true); err != nil {
		return err
	}
	for written := range samples {
		err := v.client.Resource(written).Namespace(v.Namespace).Delete(ctx, "sample", metav1.DeleteOptions{})
		if err != nil {
			return fmt.Errorf("%s: %w", written, err)
		}
	}
	return v.untilSamples(ctx, false)
}

func (v *viewer) untilSamples(ctx context.Context, wanted bool) error {
	for one, informer := range v.informers {
		if _, isWritten := samples[one.GroupVersionResource]; !isWritten {
			continue
		}
		err := program.Until(ctx, func(context.Context) (bool, error) {
			_, isKnown, err := informer.GetStore().GetByKey(v.Namespace + "/sample")
			return isKnown == wanted, err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", one, err)
		}
	}
	return v.problems.none()
}

// What may not be listed is refused, each with its own name.
func (v *viewer) forbidden(ctx context.Context) error {
	for _, one := range v.hidden {
		_, err := v.resource(one).List(ctx, metav1.ListOptions{})
		name := schema.GroupResource{Group: one.Group, Resource: one.Resource}.String()
		if refused := program.Refused(err, metav1.StatusReasonForbidden, name+" is forbidden: User "); refused != nil {
			return fmt.Errorf("%s: %w", one, refused)
		}
	}
	return nil
}

func main() {
	p := program.New()
	v := &viewer{Program: p, client: dynamic.NewForConfigOrDie(p.Config)}
	v.informers = map[resource]cache.SharedIndexInformer{}
	v.Check("discovery and access reviews tell what may be listed and watched", v.find)
	v.Check("an informer of each of them knows everything, and none was refused", v.start)
	v.Check("informers know what lists have", v.compare)
	v.Check("each of them is told as a table", v.tables)
	v.Check("objects of eight kinds are seen when they are made and when they go", v.changes)
	v.Check("no watch has failed meanwhile", func(context.Context) error { return v.problems.none() })
	if v.IsNamespaced {
		v.Check("what else there is in the cluster is forbidden", v.forbidden)
	}
	v.cancel()
	v.End()
}
