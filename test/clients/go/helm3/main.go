// A chart with hooks and a test, through the actions of Helm's SDK.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/cli"
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
	chart     *chart.Chart
	client    kubernetes.Interface
	namespace string
}

func configurationOf(namespace string) (*action.Configuration, error) {
	settings := cli.New()
	settings.SetNamespace(namespace)
	configuration := &action.Configuration{}
	silent := func(string, ...any) {}
	return configuration, configuration.Init(settings.RESTClientGetter(), namespace, "secret", silent)
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
		{"an upgrade merges what it changes into what others have changed", s.upgrades},
		{"the test of the chart is answered by its service", s.passesItsTest},
		{"an upgrade whose hook fails has failed, and changed nothing", s.fails},
		{"an atomic upgrade whose pods are never ready is rolled back", s.fallsBack},
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
