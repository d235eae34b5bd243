// Informers as every controller has them, with streamed lists or plain ones.
package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/features"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	"fauxkube/clients/program"
)

type watcher struct {
	*program.Program
	// Whether lists are streamed as the beginning of a watch.
	streams bool
}

func (w *watcher) create(ctx context.Context, name string, labels map[string]string) error {
	created := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
	created.Data = map[string]string{"large": "text"}
	_, err := w.Client.CoreV1().ConfigMaps(w.Namespace).Create(ctx, created, metav1.CreateOptions{})
	return err
}

func (w *watcher) label(ctx context.Context, name, text string) error {
	patch := []byte(`{"metadata":{"labels":` + text + `}}`)
	_, err := w.Client.CoreV1().ConfigMaps(w.Namespace).Patch(ctx, name, types.MergePatchType, patch,
		metav1.PatchOptions{})
	return err
}

func (w *watcher) delete(ctx context.Context, name string) error {
	return w.Client.CoreV1().ConfigMaps(w.Namespace).Delete(ctx, name, metav1.DeleteOptions{})
}

// A factory as whoever may see the whole cluster has it, or for one namespace.
func (w *watcher) factory(client kubernetes.Interface,
	options ...informers.SharedInformerOption) informers.SharedInformerFactory {
	if w.IsNamespaced {
		options = append(options, informers.WithNamespace(w.Namespace))
	}
	return informers.NewSharedInformerFactoryWithOptions(client, 0, options...)
}

// What handlers were told, in its order.
type diary struct {
	mutex sync.Mutex
	lines []string
}

func (d *diary) write(line string) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.lines = append(d.lines, line)
}

func (d *diary) read() string {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return fmt.Sprint(d.lines)
}

func (d *diary) size() int {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return len(d.lines)
}

func (d *diary) handler() cache.ResourceEventHandler {
	named := func(object any) string { return object.(metav1.Object).GetName() }
	return cache.ResourceEventHandlerDetailedFuncs{
		AddFunc: func(object any, isInInitialList bool) {
			if isInInitialList {
				d.write("initial " + named(object))
			} else {
				d.write("add " + named(object))
			}
		},
		UpdateFunc: func(_, object any) { d.write("update " + named(object)) },
		DeleteFunc: func(object any) {
			if unknown, isUnknown := object.(cache.DeletedFinalStateUnknown); isUnknown {
				d.write("missed the end of " + named(unknown.Obj))
				return
			}
			d.write("delete " + named(object))
		},
	}
}

func (d *diary) until(ctx context.Context, wanted string) error {
	err := program.Until(ctx, func(context.Context) (bool, error) { return d.read() == wanted, nil })
	if err != nil {
		return fmt.Errorf("was told %s, not %s", d.read(), wanted)
	}
	return nil
}

// What the informers of a factory ask of the server until they know everything.
func (w *watcher) sync(ctx context.Context) error {
	config, counted := w.Counted()
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	if err := w.create(ctx, "early", nil); err != nil {
		return err
	}
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	factory := w.factory(client)
	maps := factory.Core().V1().ConfigMaps().Lister()
	factory.Apps().V1().Deployments().Informer()
	factory.Core().V1().ConfigMaps().Informer()
	factory.Start(running.Done())
	for kind, isSynced := range factory.WaitForCacheSync(running.Done()) {
		if !isSynced {
			return fmt.Errorf("%s is never known", kind)
		}
	}
	_, err = maps.ConfigMaps(w.Namespace).Get("early")
	lists, streams := 0, 0
	for _, exchange := range counted.Take() {
		if exchange.Query.Get("sendInitialEvents") == "true" && exchange.Query.Get("allowWatchBookmarks") == "true" {
			streams++
		} else if exchange.Query.Get("watch") != "true" {
			lists++
		}
	}
	wanted := "0 2"
	if !w.streams {
		wanted = "2 0"
	}
	_, unknown := maps.ConfigMaps("nowhere").Get("early")
	return program.First(
		err,
		program.Expect("the number of lists and streams", fmt.Sprint(lists, streams), wanted),
		program.Expect("whether another namespace has it", apierrors.IsNotFound(unknown), true),
	)
}

func (w *watcher) handlers(ctx context.Context) error {
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	factory := w.factory(w.Client, informers.WithTweakListOptions(func(options *metav1.ListOptions) {
		options.LabelSelector = "told=yes"
	}))
	if err := w.create(ctx, "a", map[string]string{"told": "yes"}); err != nil {
		return err
	}
	told := &diary{}
	informer := factory.Core().V1().ConfigMaps().Informer()
	if _, err := informer.AddEventHandler(told.handler()); err != nil {
		return err
	}
	factory.Start(running.Done())
	if err := told.until(ctx, "[initial a]"); err != nil {
		return err
	}
	err := program.First(
		w.create(ctx, "b", map[string]string{"told": "yes"}),
		w.label(ctx, "b", `{"more":"yes"}`),
		w.label(ctx, "b", `{"told":"no"}`),
		w.label(ctx, "a", `{"more":"yes"}`),
		w.label(ctx, "b", `{"told":"yes"}`),
		w.delete(ctx, "a"),
		w.delete(ctx, "b"),
	)
	if err != nil {
		return err
	}
	return told.until(ctx, "[initial a add b update b delete b update a add b delete a delete b]")
}

// Only what a controller needs is kept, and found by what it looks for.
func (w *watcher) transform(ctx context.Context) error {
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	factory := w.factory(w.Client, informers.WithTransform(func(object any) (any, error) {
		if found, isMap := object.(*corev1.ConfigMap); isMap {
			found.Data, found.ManagedFields = nil, nil
		}
		return object, nil
	}))
	informer := factory.Core().V1().ConfigMaps().Informer()
	err := informer.AddIndexers(cache.Indexers{"team": func(object any) ([]string, error) {
		return []string{object.(*corev1.ConfigMap).Labels["team"]}, nil
	}})
	if err != nil {
		return err
	}
	factory.Start(running.Done())
	factory.WaitForCacheSync(running.Done())
	team := func(name string) (int, error) {
		found, err := informer.GetIndexer().ByIndex("team", name)
		return len(found), err
	}
	for i := range 5 {
		if err := w.create(ctx, fmt.Sprint("indexed-", i), map[string]string{"team": fmt.Sprint("team-",
			i%2)}); err != nil {
			return err
		}
	}
	if err := w.label(ctx, "indexed-0", `{"team":"team-1"}`); err != nil {
		return err
	}
	err = program.Until(ctx, func(context.Context) (bool, error) {
		first, err := team("team-0")
		second, another := team("team-1")
		return first == 2 && second == 3, errors.Join(err, another)
	})
	if err != nil {
		return err
	}
	found, err := factory.Core().V1().ConfigMaps().Lister().ConfigMaps(w.Namespace).Get("indexed-0")
	if err != nil {
		return err
	}
	return program.Expect("what is kept of it", len(found.Data)+len(found.ManagedFields), 0)
}

func (w *watcher) resync(ctx context.Context) error {
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	early := func(options *metav1.ListOptions) { options.FieldSelector = "metadata.name=early" }
	factory := informers.NewSharedInformerFactoryWithOptions(w.Client, time.Second,
		informers.WithNamespace(w.Namespace), informers.WithTweakListOptions(early))
	again := make(chan bool, 100)
	handler := cache.ResourceEventHandlerFuncs{UpdateFunc: func(old, found any) {
		again <- old.(*corev1.ConfigMap).ResourceVersion == found.(*corev1.ConfigMap).ResourceVersion
	}}
	if _, err := factory.Core().V1().ConfigMaps().Informer().AddEventHandler(handler); err != nil {
		return err
	}
	factory.Start(running.Done())
	for range 2 {
		select {
		case isSame := <-again:
			if !isSame {
				return errors.New("another version is told")
			}
		case <-ctx.Done():
			return errors.New("nothing is told again")
		}
	}
	return nil
}

// Who may not see all namespaces has an informer that never knows anything, and is told why.
func (w *watcher) forbidden(ctx context.Context) error {
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	informer := informers.NewSharedInformerFactory(w.Client, 0).Core().V1().Secrets().Informer()
	refusals := make(chan error, 100)
	err := informer.SetWatchErrorHandlerWithContext(func(_ context.Context, _ *cache.Reflector,
		err error) {
		refusals <- err
	})
	if err != nil {
		return err
	}
	go informer.RunWithContext(running)
	select {
	case refusal := <-refusals:
		return program.First(
			program.Expect("whether it knows anything", informer.HasSynced(), false),
			program.Expect("whether it is forbidden", apierrors.IsForbidden(refusal), true),
		)
	case <-ctx.Done():
		return errors.New("it is not told")
	}
}

func main() {
	w := &watcher{Program: program.New(), streams: features.FeatureGates().Enabled(features.WatchListClient)}
	how := "plain lists"
	if w.streams {
		how = "streamed lists"
	}
	w.Check("informers of a factory know everything after "+how, w.sync)
	w.Check("handlers are told what comes into a selection, changes and leaves it, in order", w.handlers)
	w.Check("a transformed object is kept without its data, and found by an index", w.transform)
	w.Check("what has not changed is told again after the time for it", w.resync)
	w.relists()
	if w.IsNamespaced {
		w.Check("an informer of all namespaces is forbidden, and says so", w.forbidden)
	}
	w.End()
}
