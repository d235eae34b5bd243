// The metadata client: what garbage collectors and controllers of labels do, who need no more of an object than that.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"

	"fauxkube/clients/program"
)

var (
	maps        = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	deployments = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
)

type keeper struct {
	*program.Program
	client metadata.Interface
}

func (k *keeper) maps() metadata.ResourceInterface {
	return k.client.Resource(maps).Namespace(k.Namespace)
}

func (k *keeper) create(ctx context.Context, name string, labels map[string]string) (*corev1.ConfigMap, error) {
	created := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
	created.Data = map[string]string{"large": "data"}
	return k.Client.CoreV1().ConfigMaps(k.Namespace).Create(ctx, created, metav1.CreateOptions{})
}

func (k *keeper) read(ctx context.Context) error {
	created, err := k.create(ctx, "one", map[string]string{"app": "one"})
	if err != nil {
		return err
	}
	found, err := k.maps().Get(ctx, "one", metav1.GetOptions{})
	if err != nil {
		return err
	}
	text, err := json.Marshal(found)
	if err != nil {
		return err
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	list, err := k.maps().List(ctx, metav1.ListOptions{LabelSelector: "app=one"})
	if err != nil {
		return err
	}
	_, missing := k.maps().Get(ctx, "none", metav1.GetOptions{})
	return program.First(
		program.Expect("the number of fields", len(fields), 1),
		program.Expect("the uid", found.UID, created.UID),
		program.Expect("the version", found.ResourceVersion, created.ResourceVersion),
		program.Expect("the number of items", len(list.Items), 1),
		program.Expect("the name", list.Items[0].Name, "one"),
		program.Refused(missing, metav1.StatusReasonNotFound, `configmaps "none" not found`),
	)
}

func (k *keeper) pages(ctx context.Context) error {
	for i := range 7 {
		if _, err := k.create(ctx, fmt.Sprint("page-", i), map[string]string{"page": "yes"}); err != nil {
			return err
		}
	}
	names, options := "", metav1.ListOptions{LabelSelector: "page", Limit: 3}
	for {
		list, err := k.maps().List(ctx, options)
		if err != nil {
			return err
		}
		for _, item := range list.Items {
			names += item.Name[len("page-"):]
		}
		names += ","
		if options.Continue = list.Continue; options.Continue == "" {
			return program.Expect("the pages", names, "012,345,6,")
		}
	}
}

func (k *keeper) patch(ctx context.Context) error {
	patch := []byte(`{"metadata":{"labels":{"app":null,"tier":"a"},"finalizers":["example.com/hold"]}}`)
	patched, err := k.maps().Patch(ctx, "one", types.MergePatchType, patch, metav1.PatchOptions{})
	if err != nil {
		return err
	}
	strategic := []byte(`{"metadata":{"finalizers":["example.com/more"]}}`)
	more, err := k.maps().Patch(ctx, "one", types.StrategicMergePatchType, strategic, metav1.PatchOptions{})
	if err != nil {
		return err
	}
	apply := []byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one","annotations":{"a":"b"}}}`)
	applied, err := k.maps().Patch(ctx, "one", types.ApplyPatchType, apply, metav1.PatchOptions{FieldManager: "keeper"})
	if err != nil {
		return err
	}
	other := []byte(`[{"op":"test","path":"/metadata/uid","value":"another"}]`)
	_, err = k.maps().Patch(ctx, "one", types.JSONPatchType, other, metav1.PatchOptions{})
	return program.First(
		program.Expect("the labels", fmt.Sprint(patched.Labels), "map[tier:a]"),
		program.Expect("the finalizers", len(more.Finalizers), 2),
		program.Expect("the annotation", applied.Annotations["a"], "b"),
		program.Refused(err, metav1.StatusReasonInvalid,
			"the server rejected our request due to an error in our request"),
	)
}

func (k *keeper) watch(ctx context.Context) error {
	list, err := k.maps().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	watcher, err := k.maps().Watch(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion,
		LabelSelector: "tier"})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	uid := types.UID("another")
	options := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}}
	refused := program.Refused(k.maps().Delete(ctx, "one", options), metav1.StatusReasonConflict)
	if err := program.First(refused, k.maps().Delete(ctx, "one", metav1.DeleteOptions{})); err != nil {
		return err
	}
	free := []byte(`{"metadata":{"finalizers":null}}`)
	if _, err := k.maps().Patch(ctx, "one", types.MergePatchType, free, metav1.PatchOptions{}); err != nil {
		return err
	}
	for _, kind := range []watch.EventType{watch.Modified, watch.Deleted} {
		event := <-watcher.ResultChan()
		found, isPartial := event.Object.(*metav1.PartialObjectMetadata)
		if event.Type != kind || !isPartial || found.Name != "one" || found.DeletionTimestamp == nil {
			return fmt.Errorf("is told %s of %v, not %s", event.Type, event.Object, kind)
		}
	}
	return nil
}

// Informers of metadata only, as the garbage collector has them of everything.
func (k *keeper) informers(ctx context.Context) error {
	factory := metadatainformer.NewFilteredSharedInformerFactory(k.client, 10*time.Minute, k.Namespace, nil)
	known := factory.ForResource(maps)
	factory.ForResource(deployments)
	factory.Start(ctx.Done())
	for resource, isSynced := range factory.WaitForCacheSync(ctx.Done()) {
		if !isSynced {
			return fmt.Errorf("%s is never known", resource.Resource)
		}
	}
	if _, err := k.create(ctx, "later", nil); err != nil {
		return err
	}
	err := program.Until(ctx, func(context.Context) (bool, error) {
		_, err := known.Lister().ByNamespace(k.Namespace).Get("later")
		return err == nil, nil
	})
	if err != nil {
		return err
	}
	paged, err := known.Lister().ByNamespace(k.Namespace).List(labels.SelectorFromSet(labels.Set{"page": "yes"}))
	return program.First(err, program.Expect("the number of pages", len(paged), 7))
}

func (k *keeper) deleteCollection(ctx context.Context) error {
	selected, dryRun := metav1.ListOptions{LabelSelector: "page"},
		metav1.DeleteOptions{DryRun: []string{metav1.DryRunAll}}
	if err := k.maps().DeleteCollection(ctx, dryRun, selected); err != nil {
		return err
	}
	kept, err := k.maps().List(ctx, selected)
	if err != nil {
		return err
	}
	if err := k.maps().DeleteCollection(ctx, metav1.DeleteOptions{}, selected); err != nil {
		return err
	}
	left, err := k.maps().List(ctx, selected)
	if err != nil {
		return err
	}
	_, err = k.maps().Get(ctx, "later", metav1.GetOptions{})
	return program.First(
		err,
		program.Expect("the number after a dry run", len(kept.Items), 7),
		program.Expect("the number that is left", len(left.Items), 0),
	)
}

func (k *keeper) forbidden(ctx context.Context) error {
	_, err := k.client.Resource(maps).List(ctx, metav1.ListOptions{})
	everywhere := program.Refused(err, metav1.StatusReasonForbidden,
		`cannot list resource "configmaps" in API group ""`)
	nodes := schema.GroupVersionResource{Version: "v1", Resource: "nodes"}
	_, err = k.client.Resource(nodes).List(ctx, metav1.ListOptions{})
	return program.First(everywhere, program.Refused(err, metav1.StatusReasonForbidden, "at the cluster scope"))
}

func main() {
	p := program.New()
	k := &keeper{Program: p, client: metadata.NewForConfigOrDie(p.Config)}
	k.Check("an object and a list are read without what is not metadata", k.read)
	k.Check("a list of metadata comes in pages", k.pages)
	k.Check("every kind of patch is answered with metadata", k.patch)
	k.Check("a watch tells the end of an object, and a precondition keeps it", k.watch)
	k.Check("informers know the metadata of several resources", k.informers)
	k.Check("a collection is deleted, and not by a dry run", k.deleteCollection)
	if k.IsNamespaced {
		k.Check("metadata of all namespaces, and of nodes, are forbidden", k.forbidden)
	}
	k.End()
}
