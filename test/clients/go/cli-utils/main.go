// Sets of objects that cli-utils applies in the order of their dependencies, waits for, prunes and destroys.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/dynamic"
	"k8s.io/kubectl/pkg/cmd/util"
	"sigs.k8s.io/cli-utils/pkg/apply"
	"sigs.k8s.io/cli-utils/pkg/common"
	"sigs.k8s.io/cli-utils/pkg/inventory"

	"fauxkube/clients/outcome"
)

const timeout = 60 * time.Second

var (
	configMaps  = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	deployments = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
)

// session applies and destroys what belongs to an inventory.
type session struct {
	applier   *apply.Applier
	destroyer *apply.Destroyer
	client    dynamic.Interface
	namespace string
}

func newSession() (*session, error) {
	flags := genericclioptions.NewConfigFlags(true).WithDiscoveryBurst(300).WithDiscoveryQPS(-1)
	factory := util.NewFactory(flags)
	inventories, err := inventory.ClusterClientFactory{StatusPolicy: inventory.StatusPolicyAll}.NewClient(factory)
	if err != nil {
		return nil, err
	}
	applier, err := apply.NewApplierBuilder().WithFactory(factory).WithInventoryClient(inventories).Build()
	if err != nil {
		return nil, err
	}
	destroyer, err := apply.NewDestroyerBuilder().WithFactory(factory).WithInventoryClient(inventories).Build()
	if err != nil {
		return nil, err
	}
	client, err := factory.DynamicClient()
	if err != nil {
		return nil, err
	}
	return &session{applier: applier, destroyer: destroyer, client: client, namespace: outcome.Namespace()}, nil
}

func (s *session) inventory(name string) inventory.Info {
	object := &unstructured.Unstructured{}
	object.SetAPIVersion("v1")
	object.SetKind("ConfigMap")
	object.SetNamespace(s.namespace)
	object.SetName(name)
	object.SetLabels(map[string]string{common.InventoryLabel: s.namespace + "-" + name})
	return inventory.WrapInventoryInfoObj(object)
}

func (s *session) apply(
	ctx context.Context, name string, options apply.ApplierOptions, manifests ...string,
) (*journal, error) {
	if options.ReconcileTimeout == 0 {
		options.ReconcileTimeout, options.PruneTimeout = timeout, timeout
	}
	return read(s.applier.Run(ctx, s.inventory(name), objects(s.namespace, manifests...), options))
}

func (s *session) destroy(ctx context.Context, name string, strategy common.DryRunStrategy) (*journal, error) {
	options := apply.DestroyerOptions{DeleteTimeout: timeout, DryRunStrategy: strategy}
	return read(s.destroyer.Run(ctx, s.inventory(name), options))
}

type test struct {
	what string
	run  func(context.Context) error
}

func main() {
	ctx := context.Background()
	s, err := newSession()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	tests := []test{
		{"a dry run on the server tells of all and makes nothing, not even an inventory", s.tries},
		{"objects are applied once what they depend on is reconciled, with what that has become", s.applies},
		{"the inventory has all objects, and what became of each", s.keepsInventory},
		{"server-side apply fails for fields of others, unless it is forced", s.conflicts},
		{"what is not ready in time times out, and what depends on it is skipped", s.timesOut},
		{"what a set has no longer is pruned, or detached if it says so", s.prunes},
		{"objects of another inventory are left alone", s.respectsOthers},
		{"sets with circles, and of kinds that there are not, are refused", s.refuses},
	}
	if outcome.IsClusterScoped() {
		what := "a definition and an object of its kind are applied and destroyed together"
		tests = append(tests, test{what, s.defines})
	} else {
		tests = append(tests, test{"objects of the cluster and of other namespaces are forbidden", s.isForbidden})
	}
	tests = append(tests, test{"all is destroyed in the reverse order, and its inventory last", s.destroys})
	for _, test := range tests {
		outcome.Check(test.what, func() error { return test.run(ctx) })
	}
	outcome.Exit()
}
