// Discovery, OpenAPI and version: what programs ask before they ask for anything else.
package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"

	"fauxkube/clients/program"
)

const gauges = "discovery.example.com/v1"

type finder struct {
	*program.Program
}

// What was asked, and how it was answered.
func asked(requests *program.Requests) string {
	lines := []string{}
	for _, exchange := range requests.Take() {
		lines = append(lines, fmt.Sprint(exchange.Path, " ", exchange.Status))
	}
	return strings.Join(lines, ", ")
}

func (f *finder) version(ctx context.Context) error {
	version, err := f.Client.Discovery().ServerVersion()
	if err != nil {
		return err
	}
	supported := discovery.ServerSupportsVersion(f.Client.Discovery(), schema.GroupVersion{Group: "apps",
		Version: "v1"})
	missing := discovery.ServerSupportsVersion(f.Client.Discovery(), schema.GroupVersion{Group: "apps", Version: "v9"})
	ready, err := f.Client.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Raw()
	if err != nil {
		return err
	}
	return program.First(
		program.Expect("the version", version.Major+"."+version.Minor, "1.37"),
		program.Expect("the platform", strings.HasPrefix(version.Platform, "linux/"), true),
		supported,
		program.Expect("whether apps/v9 is missing", missing != nil, true),
		program.Expect("the answer of readyz", string(ready), "ok"),
	)
}

// What a resource is, in a few words.
func described(lists []*metav1.APIResourceList, groupVersion, name string) string {
	for _, list := range lists {
		for _, resource := range list.APIResources {
			if list.GroupVersion == groupVersion && resource.Name == name {
				return fmt.Sprint(resource.Kind, " ", resource.Namespaced, " ", resource.ShortNames, " ",
					resource.Verbs)
			}
		}
	}
	return "nothing"
}

// All that is served, without what only one of the two kinds of discovery tells.
func summary(lists []*metav1.APIResourceList) string {
	lines := []string{}
	for _, list := range lists {
		for _, resource := range list.APIResources {
			lines = append(lines, list.GroupVersion+" "+resource.Name+" "+described(lists, list.GroupVersion,
				resource.Name))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

const (
	all     = "[create delete deletecollection get list patch update watch]"
	customs = "[delete deletecollection get list patch create update watch]"
)

func (f *finder) resources(context.Context) error {
	config, counted := f.Counted()
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return err
	}
	_, aggregated, err := client.ServerGroupsAndResources()
	if err != nil {
		return err
	}
	once := asked(counted)
	_, legacy, err := client.WithLegacy().ServerGroupsAndResources()
	if err != nil {
		return err
	}
	return program.First(
		program.Expect("what was asked", once, "/api 200, /apis 200"),
		program.Expect("pods", described(aggregated, "v1", "pods"), "Pod true [po] "+all),
		program.Expect("the scale", described(aggregated, "apps/v1", "deployments/scale"),
			"Scale true [] [get patch update]"),
		program.Expect("evictions", described(aggregated, "v1", "pods/eviction"), "Eviction true [] [create]"),
		program.Expect("gauges", described(aggregated, gauges, "gauges"), "Gauge true [gg] "+customs),
		program.Expect("their status", described(aggregated, gauges, "gauges/status"),
			"Gauge true [] [get patch update]"),
		program.Expect("the number of group versions, one by one", len(legacy), len(aggregated)),
		program.Expect("the number of requests for them", len(counted.Take()), len(legacy)+2),
		program.Expect("what they are, one by one", summary(legacy), summary(aggregated)),
	)
}

func (f *finder) preferred(context.Context) error {
	preferred, err := f.Client.Discovery().ServerPreferredResources()
	if err != nil {
		return err
	}
	namespaced, err := f.Client.Discovery().ServerPreferredNamespacedResources()
	if err != nil {
		return err
	}
	verbs := discovery.SupportsAllVerbs{Verbs: []string{"list", "create"}}
	writable, err := discovery.GroupVersionResources(discovery.FilteredBy(verbs, preferred))
	if err != nil {
		return err
	}
	_, hasReviews := writable[schema.GroupVersionResource{
		Group: "authorization.k8s.io", Version: "v1", Resource: "subjectaccessreviews",
	}]
	_, hasGauges := writable[schema.GroupVersionResource{Group: "discovery.example.com", Version: "v1",
		Resource: "gauges"}]
	return program.First(
		program.Expect("autoscalers in v2", described(preferred, "autoscaling/v2", "horizontalpodautoscalers"),
			"HorizontalPodAutoscaler true [hpa] "+all),
		program.Expect("autoscalers in v1", described(preferred, "autoscaling/v1", "horizontalpodautoscalers"),
			"nothing"),
		program.Expect("subresources", described(preferred, "v1", "pods/log"), "nothing"),
		program.Expect("nodes in namespaces", described(namespaced, "v1", "nodes"), "nothing"),
		program.Expect("pods in namespaces", described(namespaced, "v1", "pods"), "Pod true [po] "+all),
		program.Expect("whether reviews can be listed", hasReviews, false),
		program.Expect("whether gauges can be listed", hasGauges, true),
	)
}

func (f *finder) unknown(ctx context.Context) error {
	_, err := f.Client.Discovery().ServerResourcesForGroupVersion("none.example.com/v1")
	missing := program.Refused(err, metav1.StatusReasonNotFound, "the server could not find the requested resource")
	enabled, err := discovery.IsResourceEnabled(f.Client.Discovery(), schema.GroupVersionResource{
		Group: "apps", Version: "v1", Resource: "nothings",
	})
	if err != nil {
		return err
	}
	var status int
	path := "/apis/apps/v1/namespaces/" + f.Namespace + "/nothings"
	err = f.Client.Discovery().RESTClient().Get().AbsPath(path).Do(ctx).StatusCode(&status).Error()
	wanted := metav1.StatusReasonNotFound
	if f.IsNamespaced {
		// Whether there is such a resource is not asked before whether one may.
		wanted = metav1.StatusReasonForbidden
	}
	return program.First(missing, program.Expect("whether it is served", enabled, false), program.Refused(err, wanted))
}

func main() {
	f := &finder{program.New()}
	f.Check("the server tells its version and that it is ready", f.version)
	f.Check("two requests tell every resource, and one for each group version tells the same", f.resources)
	f.Check("preferred resources are told once each, without subresources", f.preferred)
	f.Check("what is not served is missing", f.unknown)
	f.caches()
	f.schemas()
	f.End()
}
