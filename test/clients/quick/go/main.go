// The dynamic client of client-go: an object's life, watched from the version of a list on.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"
)

const patience = 20 * time.Second

func configMap(name string, data map[string]any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": name}, "data": data,
	}}
}

func valueOf(object *unstructured.Unstructured) string {
	value, _, _ := unstructured.NestedString(object.Object, "data", "n")
	return value
}

func run(ctx context.Context) error {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return err
	}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	resource := schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	configMaps := client.Resource(resource).Namespace("default")

	list, err := configMaps.List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	options := metav1.ListOptions{ResourceVersion: list.GetResourceVersion(), FieldSelector: "metadata.name=small"}
	watcher, err := configMaps.Watch(ctx, options)
	if err != nil {
		return err
	}
	defer watcher.Stop()
	fmt.Println("ok lists")

	created, err := configMaps.Create(ctx, configMap("small", map[string]any{"n": "0"}), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if _, err = configMaps.Create(ctx, configMap("small", nil), metav1.CreateOptions{}); !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("created twice: %v", err)
	}
	fmt.Println("ok creates once")

	stale := created.DeepCopy()
	unstructured.SetNestedField(created.Object, "1", "data", "n")
	if _, err = configMaps.Update(ctx, created, metav1.UpdateOptions{}); err != nil {
		return err
	}
	if _, err = configMaps.Update(ctx, stale, metav1.UpdateOptions{}); !apierrors.IsConflict(err) {
		return fmt.Errorf("a stale update: %v", err)
	}
	patch := []byte(`{"data": {"n": "2"}}`)
	patched, err := configMaps.Patch(ctx, "small", types.StrategicMergePatchType, patch, metav1.PatchOptions{})
	if err != nil || valueOf(patched) != "2" {
		return fmt.Errorf("patched: %v %v", patched, err)
	}
	fmt.Println("ok updates and patches, but nothing stale")

	wanted := configMap("small", map[string]any{"n": "0"})
	byOther := metav1.ApplyOptions{FieldManager: "other"}
	if _, err = configMaps.Apply(ctx, "small", wanted, byOther); !apierrors.IsConflict(err) {
		return fmt.Errorf("applied what another manager owns: %v", err)
	}
	byOther.Force = true
	if _, err = configMaps.Apply(ctx, "small", wanted, byOther); err != nil {
		return err
	}
	fmt.Println("ok applies by force what another manager owns")

	if err = configMaps.Delete(ctx, "small", metav1.DeleteOptions{}); err != nil {
		return err
	}
	if _, err = configMaps.Get(ctx, "small", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		return fmt.Errorf("read after it was deleted: %v", err)
	}
	fmt.Println("ok deletes")

	for _, expected := range []string{"ADDED 0", "MODIFIED 1", "MODIFIED 2", "MODIFIED 0", "DELETED 0"} {
		select {
		case event := <-watcher.ResultChan():
			object, isObject := event.Object.(*unstructured.Unstructured)
			if !isObject {
				return fmt.Errorf("instead of %s: %v", expected, event)
			}
			if found := fmt.Sprintf("%s %s", event.Type, valueOf(object)); found != expected {
				return fmt.Errorf("%s instead of %s", found, expected)
			}
		case <-ctx.Done():
			return fmt.Errorf("never seen: %s", expected)
		}
	}
	fmt.Println("ok has seen all of it in its order")
	return nil
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
