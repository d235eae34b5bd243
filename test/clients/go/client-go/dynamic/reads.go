package main

import (
	"context"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"fauxkube/clients/program"
)

func names(list *unstructured.UnstructuredList) string {
	found := []string{}
	for _, item := range list.Items {
		found = append(found, item.GetName())
	}
	return strings.Join(found, " ")
}

func (t *tabs) list(ctx context.Context) error {
	for i := range 6 {
		one := tab(fmt.Sprint("list-", i), map[string]any{"image": fmt.Sprint("image-", i%2)})
		one.SetLabels(map[string]string{"list": "yes"})
		if _, err := t.resource("v1").Create(ctx, one, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	options := metav1.ListOptions{LabelSelector: "list=yes", Limit: 4}
	first, err := t.resource("v1").List(ctx, options)
	if err != nil {
		return err
	}
	options.Continue = first.GetContinue()
	second, err := t.resource("v1").List(ctx, options)
	if err != nil {
		return err
	}
	selected, err := t.resource("v1").List(ctx, metav1.ListOptions{FieldSelector: "spec.image=image-1"})
	if err != nil {
		return err
	}
	_, err = t.resource("v1").List(ctx, metav1.ListOptions{FieldSelector: "spec.schedule=x"})
	return program.First(
		program.Expect("the kind", first.GetAPIVersion()+" "+first.GetKind(), group+"/v1 CronTabList"),
		program.Expect("the first page", names(first), "list-0 list-1 list-2 list-3"),
		program.Expect("the second page", names(second), "list-4 list-5"),
		program.Expect("what the field selects", names(selected), "list-1 list-3 list-5"),
		program.Refused(err, metav1.StatusReasonBadRequest, "field label not supported: spec.schedule"),
	)
}

func (t *tabs) watch(ctx context.Context) error {
	watcher, err := t.resource("v1beta1").Watch(ctx, metav1.ListOptions{
		FieldSelector:       "metadata.name=list-0",
		ResourceVersion:     "0",
		AllowWatchBookmarks: true,
	})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	next := func(kind watch.EventType) (*unstructured.Unstructured, error) {
		for event := range watcher.ResultChan() {
			found, isObject := event.Object.(*unstructured.Unstructured)
			if event.Type == watch.Bookmark && isObject && found.GetResourceVersion() != "" {
				continue
			}
			if event.Type != kind || !isObject {
				return nil, fmt.Errorf("is told %s of %v, not %s", event.Type, event.Object, kind)
			}
			return found, nil
		}
		return nil, fmt.Errorf("ends before it tells %s", kind)
	}
	added, err := next(watch.Added)
	if err != nil {
		return err
	}
	patch := []byte(`{"metadata":{"finalizers":["example.com/hold"]}}`)
	_, err = t.resource("v1").Patch(ctx, "list-0", types.MergePatchType, patch, metav1.PatchOptions{})
	held, told := next(watch.Modified)
	if err != nil || told != nil {
		return program.First(err, told)
	}
	if err := t.resource("v1").Delete(ctx, "list-0", metav1.DeleteOptions{}); err != nil {
		return err
	}
	ending, err := next(watch.Modified)
	if err != nil {
		return err
	}
	patch = []byte(`{"metadata":{"finalizers":null}}`)
	_, err = t.resource("v1").Patch(ctx, "list-0", types.MergePatchType, patch, metav1.PatchOptions{})
	gone, told := next(watch.Deleted)
	if err != nil || told != nil {
		return program.First(err, told)
	}
	return program.First(
		program.Expect("the version", added.GetAPIVersion(), group+"/v1beta1"),
		program.Expect("whether it is held", fmt.Sprint(held.GetFinalizers()), "[example.com/hold]"),
		program.Expect("whether it ends", ending.GetDeletionTimestamp() != nil, true),
		program.Expect("its generation", ending.GetGeneration(), 2),
		program.Expect("the uid", gone.GetUID(), added.GetUID()),
	)
}

func (t *tabs) owner(ctx context.Context) error {
	owner, err := t.resource("v1").Get(ctx, "a", metav1.GetOptions{})
	if err != nil {
		return err
	}
	owned := tab("owned", map[string]any{})
	owned.SetOwnerReferences([]metav1.OwnerReference{*metav1.NewControllerRef(owner, owner.GroupVersionKind())})
	if _, err := t.resource("v1").Create(ctx, owned, metav1.CreateOptions{}); err != nil {
		return err
	}
	if err := t.resource("v1").Delete(ctx, "a", metav1.DeleteOptions{}); err != nil {
		return err
	}
	return program.Until(ctx, func(ctx context.Context) (bool, error) {
		left, err := t.resource("v1").List(ctx, metav1.ListOptions{FieldSelector: "metadata.name=owned"})
		return err == nil && len(left.Items) == 0, err
	})
}

func (t *tabs) deleteCollection(ctx context.Context) error {
	selected := metav1.ListOptions{LabelSelector: "list=yes"}
	if err := t.resource("v1").DeleteCollection(ctx, metav1.DeleteOptions{}, selected); err != nil {
		return err
	}
	left, err := t.resource("v1").List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	return program.Expect("what is left", names(left), "applied")
}

func (t *tabs) reads() {
	t.Check("custom resources are listed in pages, and by a selectable field", t.list)
	t.Check("a watch tells a custom resource in another version, until its finalizer lets it go", t.watch)
	t.Check("a custom resource takes what it owns with it", t.owner)
	t.Check("a collection of custom resources is deleted", t.deleteCollection)
}
