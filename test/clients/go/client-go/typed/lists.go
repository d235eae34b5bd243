package main

import (
	"context"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/pager"
	"k8s.io/utils/ptr"

	"fauxkube/clients/program"
)

var page = metav1.ListOptions{LabelSelector: "page=yes"}

func (t *typed) pages(ctx context.Context) error {
	maps := t.Client.CoreV1().ConfigMaps(t.Namespace)
	for i := range 25 {
		one := configMap(fmt.Sprintf("page-%02d", i), nil)
		one.Labels = map[string]string{"page": "yes"}
		if _, err := maps.Create(ctx, one, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	options := metav1.ListOptions{Limit: 10}
	first, err := maps.List(ctx, options)
	if err != nil {
		return err
	}
	if first.RemainingItemCount == nil || *first.RemainingItemCount < 15 {
		return fmt.Errorf("has %v more", first.RemainingItemCount)
	}
	// What is made after the first page is not on a later one: all pages are of one version.
	if _, err := maps.Create(ctx, configMap("zz-late", nil), metav1.CreateOptions{}); err != nil {
		return err
	}
	names, versions := map[string]bool{}, map[string]bool{}
	each := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		list, err := maps.List(ctx, options)
		if err == nil {
			versions[list.ResourceVersion] = true
		}
		return list, err
	})
	each.PageSize = 10
	options.Continue = first.Continue
	err = each.EachListItem(ctx, options, func(object runtime.Object) error {
		names[object.(*corev1.ConfigMap).Name] = true
		return nil
	})
	return program.First(
		err,
		program.Expect("the size of the first page", len(first.Items), 10),
		program.Expect("the number on later pages", len(names), int(*first.RemainingItemCount)),
		program.Expect("whether a late one is among them", names["zz-late"], false),
		program.Expect("the number of versions", len(versions), 1),
		program.Expect("whether it is that of the first page", versions[first.ResourceVersion], true),
	)
}

func (t *typed) badPages(ctx context.Context) error {
	maps := t.Client.CoreV1().ConfigMaps(t.Namespace)
	_, err := maps.List(ctx, metav1.ListOptions{Limit: 5, Continue: "nonsense"})
	token := program.Refused(err, metav1.StatusReasonBadRequest, "continue key is not valid")
	_, err = maps.List(ctx, metav1.ListOptions{FieldSelector: "data.a=b"})
	field := program.Refused(err, metav1.StatusReasonBadRequest,
		`"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"`)
	_, err = maps.List(ctx, metav1.ListOptions{LabelSelector: "a in"})
	label := program.Refused(err, metav1.StatusReasonBadRequest, "unable to parse requirement")
	return program.First(token, field, label)
}

func (t *typed) versions(ctx context.Context) error {
	maps := t.Client.CoreV1().ConfigMaps(t.Namespace)
	before, err := maps.List(ctx, page)
	if err != nil {
		return err
	}
	if err := maps.Delete(ctx, "page-00", metav1.DeleteOptions{}); err != nil {
		return err
	}
	exact := page
	exact.ResourceVersion, exact.ResourceVersionMatch = before.ResourceVersion, metav1.ResourceVersionMatchExact
	past, err := maps.List(ctx, exact)
	if err != nil {
		return err
	}
	now, err := maps.List(ctx, page)
	if err != nil {
		return err
	}
	exact.ResourceVersionMatch = metav1.ResourceVersionMatchNotOlderThan
	exact.ResourceVersion = strconv.Itoa(1 << 40)
	// Without the retries that the answer asks for.
	err = t.Client.CoreV1().RESTClient().Get().Namespace(t.Namespace).Resource("configmaps").
		VersionedParams(&exact, scheme.ParameterCodec).MaxRetries(0).Do(ctx).Error()
	return program.First(
		program.Expect("the number then", len(past.Items), 25),
		program.Expect("the version then", past.ResourceVersion, before.ResourceVersion),
		program.Expect("the number now", len(now.Items), 24),
		program.Refused(err, metav1.StatusReasonTimeout, "Too large resource version: 1099511627776, current: "),
		program.Expect("its cause", apierrors.HasStatusCause(err, metav1.CauseTypeResourceVersionTooLarge), true),
	)
}

// Every change from a version on is told once, in its order.
func (t *typed) watch(ctx context.Context) error {
	maps := t.Client.CoreV1().ConfigMaps(t.Namespace)
	list, err := maps.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	seen := configMap("seen", nil)
	seen.Labels = map[string]string{"seen": "yes"}
	if _, err := maps.Create(ctx, seen, metav1.CreateOptions{}); err != nil {
		return err
	}
	for _, label := range []string{"yes", "no", "yes"} {
		patch := []byte(`{"metadata":{"labels":{"seen":"` + label + `"}},"data":{"` + label + `":"1"}}`)
		if _, err := maps.Patch(ctx, "seen", types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
			return err
		}
	}
	if err := maps.Delete(ctx, "seen", metav1.DeleteOptions{}); err != nil {
		return err
	}
	options := metav1.ListOptions{LabelSelector: "seen=yes", ResourceVersion: list.ResourceVersion}
	watcher, err := maps.Watch(ctx, options)
	if err != nil {
		return err
	}
	defer watcher.Stop()
	// Who leaves the selection is deleted, and who comes back is added.
	wanted := []watch.EventType{watch.Added, watch.Modified, watch.Deleted, watch.Added, watch.Deleted}
	last := 0
	for _, kind := range wanted {
		event := <-watcher.ResultChan()
		found, isMap := event.Object.(*corev1.ConfigMap)
		if event.Type != kind || !isMap {
			return fmt.Errorf("is told %s of %v, not %s", event.Type, event.Object, kind)
		}
		version, err := strconv.Atoi(found.ResourceVersion)
		if err != nil || version <= last {
			return fmt.Errorf("is told of version %s after %d", found.ResourceVersion, last)
		}
		last = version
	}
	return nil
}

// A watch that begins with what there is, says where that ends, and another goes on from there.
func (t *typed) bookmarks(ctx context.Context) error {
	maps := t.Client.CoreV1().ConfigMaps(t.Namespace)
	watcher, err := maps.Watch(ctx, metav1.ListOptions{
		LabelSelector:        page.LabelSelector,
		SendInitialEvents:    ptr.To(true),
		ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan,
		AllowWatchBookmarks:  true,
	})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	added, version := 0, ""
	for event := range watcher.ResultChan() {
		found, isMap := event.Object.(*corev1.ConfigMap)
		if isMap && event.Type == watch.Added {
			added++
			continue
		}
		if !isMap || event.Type != watch.Bookmark || found.Annotations[metav1.InitialEventsAnnotationKey] != "true" {
			return fmt.Errorf("is told %s of %v", event.Type, event.Object)
		}
		version = found.ResourceVersion
		break
	}
	later := page
	later.ResourceVersion = version
	resumed, err := maps.Watch(ctx, later)
	if err != nil {
		return err
	}
	defer resumed.Stop()
	if err := maps.Delete(ctx, "page-01", metav1.DeleteOptions{}); err != nil {
		return err
	}
	event := <-resumed.ResultChan()
	if event.Type != watch.Deleted {
		return fmt.Errorf("is told %s of %v", event.Type, event.Object)
	}
	return program.First(
		program.Expect("the number that there is", added, 24),
		program.Expect("the name", event.Object.(*corev1.ConfigMap).Name, "page-01"),
	)
}

func (t *typed) deleteCollection(ctx context.Context) error {
	maps := t.Client.CoreV1().ConfigMaps(t.Namespace)
	if err := maps.DeleteCollection(ctx, metav1.DeleteOptions{}, page); err != nil {
		return err
	}
	left, err := maps.List(ctx, page)
	if err != nil {
		return err
	}
	_, err = maps.Get(ctx, "counter", metav1.GetOptions{})
	return program.First(err, program.Expect("the number that is left", len(left.Items), 0))
}

func (t *typed) lists() {
	t.Check("pages of a list are of one version", t.pages)
	t.Check("a bad continue token, field or selector is a bad request", t.badPages)
	t.Check("a list is read at a version, and one that is yet to come times out", t.versions)
	t.Check("a watch with a selector tells every change once", t.watch)
	t.Check("a watch with initial events says where they end, and another goes on from there", t.bookmarks)
	t.Check("a collection is deleted by its label", t.deleteCollection)
}
