package websites

import (
	"context"
	_ "embed"
	"os"
	"testing"
	"time"

	"fauxkube.dev/go/fauxkube"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"
)

//go:embed website-crd.yaml
var crd string

const shop = `
apiVersion: example.com/v1
kind: Website
metadata: {name: shop, namespace: default}
spec: {image: nginx, replicas: 3}
`

func TestMain(m *testing.M) {
	os.Exit(fauxkube.Main(m, fauxkube.Options{Args: []string{"--nodes=3"}}))
}

// operated is a client of a cluster as new, in which the operator runs and a Website was made.
func operated(t *testing.T) dynamic.Interface {
	t.Helper()
	cluster := fauxkube.Fresh(t)
	config, err := clientcmd.RESTConfigFromKubeConfig(cluster.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	client := dynamic.NewForConfigOrDie(config)
	if err := cluster.Apply(t.Context(), crd); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- Operator{Client: client}.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	if err := cluster.Apply(t.Context(), shop); err != nil {
		t.Fatal(err)
	}
	return client
}

// until waits until the list is as it should be, without missing a change in between.
func until(t *testing.T, client dynamic.Interface, resource schema.GroupVersionResource,
	reached func([]unstructured.Unstructured) bool) []unstructured.Unstructured {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for options := (metav1.ListOptions{}); ; {
		list, err := client.Resource(resource).Namespace("default").List(ctx, metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if reached(list.Items) {
			return list.Items
		}
		options.ResourceVersion = list.GetResourceVersion()
		changes, err := client.Resource(resource).Namespace("default").Watch(ctx, options)
		if err != nil {
			t.Fatal(err)
		}
		if _, open := <-changes.ResultChan(); !open {
			t.Fatal("not within 10 seconds")
		}
		changes.Stop()
	}
}

func readyReplicas(n int64) func([]unstructured.Unstructured) bool {
	return func(items []unstructured.Unstructured) bool {
		if len(items) != 1 {
			return false
		}
		ready, _, _ := unstructured.NestedInt64(items[0].Object, "status", "readyReplicas")
		return ready == n
	}
}

func TestWebsiteGetsADeploymentThatBecomesReady(t *testing.T) {
	client := operated(t)
	deployment := until(t, client, deployments, readyReplicas(3))[0]
	if owner := metav1.GetControllerOf(&deployment); owner == nil || owner.Kind != "Website" {
		t.Errorf("nobody owns it: %v", owner)
	}
}

func TestStatusSaysHowManyAreReady(t *testing.T) {
	until(t, operated(t), websites, readyReplicas(3))
}

func TestDeploymentGoesWithItsWebsite(t *testing.T) {
	client := operated(t)
	until(t, client, deployments, readyReplicas(3))
	err := client.Resource(websites).Namespace("default").Delete(t.Context(), "shop", metav1.DeleteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	until(t, client, deployments, func(items []unstructured.Unstructured) bool { return len(items) == 0 })
}
