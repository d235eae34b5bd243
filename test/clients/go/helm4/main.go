// A chart with hooks and a test, through the actions of Helm's SDK.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart"
	"helm.sh/helm/v4/pkg/chart/loader"
	"helm.sh/helm/v4/pkg/cli"
	"k8s.io/client-go/kubernetes"

	"fauxkube/clients/outcome"
)

const (
	name    = "site"
	timeout = 60 * time.Second
)

type values = map[string]any

// session is a chart, and where it is installed.
type session struct {
	*action.Configuration
	chart     chart.Charter
	client    kubernetes.Interface
	namespace string
}

func configurationOf(namespace string) (*action.Configuration, error) {
	settings := cli.New()
	settings.SetNamespace(namespace)
	configuration := action.NewConfiguration()
	return configuration, configuration.Init(settings.RESTClientGetter(), namespace, "secret")
}

func newSession() (*session, error) {
	configuration, err := configurationOf(outcome.Namespace())
	if err != nil {
		return nil, err
	}
	loaded, err := loader.Load("../chart")
	if err != nil {
		return nil, err
	}
	client, err := configuration.KubernetesClientSet()
	if err != nil {
		return nil, err
	}
	return &session{Configuration: configuration, chart: loaded, client: client, namespace: outcome.Namespace()}, nil
}

func main() {
	ctx := context.Background()
	s, err := newSession()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, test := range s.tests() {
		outcome.Check(test.what, func() error { return test.run(ctx) })
	}
	outcome.Exit()
}

type test struct {
	what string
	run  func(context.Context) error
}

func (s *session) tests() []test {
	tests := []test{
		{"a dry run on the server renders all and creates nothing", s.tries},
		{"an installation runs its hooks, and waits until the pods are ready", s.installs},
		{"the release is listed, with its values and what has become of its resources", s.reads},
		{"a second installation of the name, or of what another release has, is refused", s.refuses},
		{"an upgrade leaves alone what belongs to others", s.upgrades},
		{"an upgrade of a field that another manager owns is a conflict, unless forced", s.conflicts},
		{"the test of the chart is answered by its service", s.passesItsTest},
		{"an upgrade whose hook fails has failed, and changed nothing", s.fails},
		{"an upgrade whose pods are never ready is rolled back on failure", s.fallsBack},
		{"a rollback brings back the first revision", s.rollsBack},
		{"the history has all revisions and what became of them", s.remembers},
	}
	if outcome.IsClusterScoped() {
		tests = append(tests, test{"a release in a namespace that it creates has objects of the cluster", s.isClusterWide})
	} else {
		tests = append(tests, test{"releases of all namespaces and objects of the cluster are forbidden", s.isForbidden})
	}
	return append(tests, test{"nothing is left once it is uninstalled", s.uninstalls})
}
