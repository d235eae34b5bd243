// Informers of every resource that can be listed and watched, as tools have them that show a whole cluster.
package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"

	"fauxkube/clients/program"
)

type resource struct {
	schema.GroupVersionResource
	isNamespaced bool
}

type viewer struct {
	*program.Program
	client dynamic.Interface
	// What is served and may be listed and watched, and what may not.
	seen, hidden []resource
	informers    map[resource]cache.SharedIndexInformer
	problems     problems
	cancel       context.CancelFunc
}

type problems struct {
	mutex sync.Mutex
	found []string
}

func (p *problems) add(text string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.found = append(p.found, text)
}

func (p *problems) none() error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if len(p.found) > 0 {
		return fmt.Errorf("%d problems: %s", len(p.found), strings.Join(p.found, "; "))
	}
	return nil
}

// A user of a namespace looks at that only.
func (v *viewer) namespace() string {
	if v.IsNamespaced {
		return v.Namespace
	}
	return metav1.NamespaceAll
}

func (v *viewer) may(ctx context.Context, verb string, one resource) (bool, error) {
	review := &authorizationv1.SelfSubjectAccessReview{}
	review.Spec.ResourceAttributes = &authorizationv1.ResourceAttributes{
		Verb: verb, Group: one.Group, Version: one.Version, Resource: one.Resource,
	}
	if one.isNamespaced {
		review.Spec.ResourceAttributes.Namespace = v.namespace()
	}
	answer, err := v.Client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
	if err != nil {
		return false, err
	}
	return answer.Status.Allowed, nil
}

// Every version of every resource: tools show what they are asked for, preferred or not.
func (v *viewer) find(ctx context.Context) error {
	_, lists, err := v.Client.Discovery().ServerGroupsAndResources()
	if err != nil {
		return err
	}
	verbs := discovery.SupportsAllVerbs{Verbs: []string{"list", "watch"}}
	for _, list := range discovery.FilteredBy(verbs, lists) {
		version, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			return err
		}
		for _, served := range list.APIResources {
			one := resource{version.WithResource(served.Name), served.Namespaced}
			mayList, err := v.may(ctx, "list", one)
			if err != nil {
				return err
			}
			mayWatch, err := v.may(ctx, "watch", one)
			if err != nil {
				return err
			}
			switch {
			case !mayList || !mayWatch:
				v.hidden = append(v.hidden, one)
			// Some are for everybody, but in no namespace.
			case one.isNamespaced || !v.IsNamespaced:
				v.seen = append(v.seen, one)
			}
		}
	}
	if v.IsNamespaced {
		return program.First(
			program.Expect("whether it sees many", len(v.seen) >= 25, true),
			program.Expect("whether nodes are hidden", v.has(v.hidden, "nodes"), true),
		)
	}
	return program.First(
		program.Expect("whether it sees very many", len(v.seen) >= 60, true),
		program.Expect("what is hidden", len(v.hidden), 0),
	)
}

func (v *viewer) has(resources []resource, name string) bool {
	return slices.ContainsFunc(resources, func(one resource) bool { return one.Resource == name })
}

func (v *viewer) start(ctx context.Context) error {
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(v.client, 10*time.Minute, v.namespace(), nil)
	for _, one := range v.seen {
		informer := factory.ForResource(one.GroupVersionResource).Informer()
		err := informer.SetWatchErrorHandlerWithContext(func(_ context.Context, _ *cache.Reflector, err error) {
			v.problems.add(one.String() + ": " + err.Error())
		})
		if err != nil {
			return err
		}
		v.informers[one] = informer
	}
	running, cancel := context.WithCancel(context.Background())
	v.cancel = cancel
	factory.Start(running.Done())
	missing := []string{}
	for one, isSynced := range factory.WaitForCacheSync(ctx.Done()) {
		if !isSynced {
			missing = append(missing, one.String())
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("never knows %s: %v", strings.Join(missing, ", "), v.problems.none())
	}
	return v.problems.none()
}

func (v *viewer) resource(one resource) dynamic.ResourceInterface {
	if one.isNamespaced {
		return v.client.Resource(one.GroupVersionResource).Namespace(v.namespace())
	}
	return v.client.Resource(one.GroupVersionResource)
}
