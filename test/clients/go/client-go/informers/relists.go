package main

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"
	"k8s.io/utils/ptr"

	"fauxkube/clients/program"
)

var resource = schema.GroupVersionResource{Group: "informers.example.com", Version: "v1", Resource: "ticks"}

func (w *watcher) ticks() dynamic.ResourceInterface {
	return dynamic.NewForConfigOrDie(w.Config).Resource(resource).Namespace(w.Namespace)
}

func tick(name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "informers.example.com/v1", "kind": "Tick", "metadata": map[string]any{"name": name},
	}}
}

// Lists and watches whose watches are changed before they are sent. What begins with a list counts as one.
type altered struct {
	ticks       dynamic.ResourceInterface
	lists       atomic.Int32
	beforeWatch func(ctx context.Context, options *metav1.ListOptions)
}

func (a *altered) listWatch() *cache.ListWatch {
	return &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			a.lists.Add(1)
			return a.ticks.List(ctx, options)
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			if ptr.Deref(options.SendInitialEvents, false) {
				a.lists.Add(1)
			}
			a.beforeWatch(ctx, &options)
			return a.ticks.Watch(ctx, options)
		},
	}
}

func (a *altered) start(ctx context.Context) (*diary, error) {
	informer := cache.NewSharedIndexInformer(a.listWatch(), &unstructured.Unstructured{}, 0, cache.Indexers{})
	told := &diary{}
	if _, err := informer.AddEventHandler(told.handler()); err != nil {
		return nil, err
	}
	go informer.RunWithContext(ctx)
	return told, nil
}

// How long a watch may take: one that begins with a list has to end after it.
func seconds(options *metav1.ListOptions) int64 {
	if ptr.Deref(options.SendInitialEvents, false) {
		return 4
	}
	return 1
}

// Watches that end after a second go on where the last one was, and nothing is listed again.
func (w *watcher) resume(ctx context.Context) error {
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	var watches atomic.Int32
	source := &altered{ticks: w.ticks(), beforeWatch: func(_ context.Context, options *metav1.ListOptions) {
		watches.Add(1)
		options.TimeoutSeconds = ptr.To(seconds(options))
	}}
	if _, err := source.ticks.Create(ctx, tick("first"), metav1.CreateOptions{}); err != nil {
		return err
	}
	told, err := source.start(running)
	if err != nil {
		return err
	}
	wanted := "initial first"
	for _, name := range []string{"second", "third", "fourth"} {
		before := watches.Load()
		if err := program.Until(ctx, func(context.Context) (bool, error) {
			return watches.Load() > before,
				nil
		}); err != nil {
			return err
		}
		if _, err := source.ticks.Create(ctx, tick(name), metav1.CreateOptions{}); err != nil {
			return err
		}
		wanted += " add " + name
		if err := told.until(ctx, "["+wanted+"]"); err != nil {
			return err
		}
	}
	return program.Expect("the number of lists", source.lists.Load(), 1)
}

// A watch from a version that is gone is refused with 410: all is listed again, and what has gone meanwhile is told.
func (w *watcher) expired(ctx context.Context) error {
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	gone := make(chan struct{})
	var resumed atomic.Int32
	source := &altered{ticks: w.ticks(), beforeWatch: func(ctx context.Context, options *metav1.ListOptions) {
		if ptr.Deref(options.SendInitialEvents, false) {
			options.TimeoutSeconds = ptr.To(seconds(options))
		} else if resumed.Add(1) == 1 {
			<-gone
			options.ResourceVersion = "1"
		}
	}}
	told, err := source.start(running)
	if err != nil {
		return err
	}
	// In whatever order.
	if err := program.Until(ctx, func(context.Context) (bool, error) { return told.size() == 4, nil }); err != nil {
		return err
	}
	err = program.Until(ctx, func(context.Context) (bool, error) { return resumed.Load() == 1, nil })
	if err != nil {
		return err
	}
	if err := source.ticks.Delete(ctx, "first", metav1.DeleteOptions{}); err != nil {
		return err
	}
	if _, err := source.ticks.Create(ctx, tick("fifth"), metav1.CreateOptions{}); err != nil {
		return err
	}
	close(gone)
	// What has not changed may be told again.
	err = program.Until(ctx, func(context.Context) (bool, error) {
		seen := told.read()
		return strings.Contains(seen, "add fifth") && strings.Contains(seen, "missed the end of first"), nil
	})
	if err != nil {
		return fmt.Errorf("was told %s", told.read())
	}
	return program.Expect("the number of lists", source.lists.Load(), 2)
}

func contains(text, part string) error {
	if !strings.Contains(text, part) {
		return fmt.Errorf("%q has no %q", text, part)
	}
	return nil
}

func (w *watcher) tooOld(ctx context.Context) error {
	watcher, err := w.ticks().Watch(ctx, metav1.ListOptions{ResourceVersion: "1"})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	event := <-watcher.ResultChan()
	status, isStatus := event.Object.(*metav1.Status)
	if event.Type != watch.Error || !isStatus {
		return fmt.Errorf("is told %s of %v", event.Type, event.Object)
	}
	return program.First(
		program.Expect("the code", status.Code, 410),
		program.Expect("the reason", status.Reason, metav1.StatusReasonExpired),
		contains(status.Message, "too old resource version: 1 ("),
	)
}

func (w *watcher) dynamicFactory(ctx context.Context) error {
	client := dynamic.NewForConfigOrDie(w.Config)
	namespace := metav1.NamespaceAll
	if w.IsNamespaced {
		namespace = w.Namespace
	}
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(client, 0, namespace, nil)
	ticks := factory.ForResource(resource)
	maps := factory.ForResource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"})
	factory.Start(running.Done())
	factory.WaitForCacheSync(running.Done())
	_, err := maps.Lister().ByNamespace(w.Namespace).Get("early")
	if err != nil {
		return err
	}
	if err := w.ticks().DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{}); err != nil {
		return err
	}
	return program.Until(ctx, func(context.Context) (bool, error) {
		return len(ticks.Informer().GetStore().ListKeys()) == 0, nil
	})
}

func (w *watcher) relists() {
	w.Check("watches that end go on where they were, without a list", w.resume)
	w.Check("a version that is gone is listed anew, and what went meanwhile is told", w.expired)
	w.Check("a watch from a version that is gone is refused with 410", w.tooOld)
	w.Check("dynamic informers know kinds of Kubernetes and custom ones", w.dynamicFactory)
}
