package fauxkube

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: apart}}"

func failure(t *testing.T, err error) *Error {
	t.Helper()
	var answered *Error
	if !errors.As(err, &answered) {
		t.Fatalf("not an answer of the server: %v", err)
	}
	return answered
}

func TestKubeconfigIsAFileForNobodyElse(t *testing.T) {
	cluster := Fresh(t)
	path, err := cluster.KubeconfigPath()
	if err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(path)
	info, _ := os.Stat(path)
	if string(text) != string(cluster.Kubeconfig()) || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %s", info.Mode(), text)
	}
}

func TestApplyTakesDocumentsInAnyOrder(t *testing.T) {
	cluster, ctx := Fresh(t), context.Background()
	config := "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: apart}, data: {color: red}}"
	if err := cluster.Apply(ctx, config+"\n---\n"+namespace); err != nil {
		t.Fatal(err)
	}
	var stored struct{ Data map[string]string }
	if err := cluster.Admin(ctx, "GET", "/api/v1/namespaces/apart/configmaps/a", nil, &stored); err != nil {
		t.Fatal(err)
	}
	if stored.Data["color"] != "red" {
		t.Errorf("%v", stored)
	}
}

func TestApplySaysWhatIsWrong(t *testing.T) {
	err := Fresh(t).Apply(context.Background(), "{apiVersion: v1, kind: Nothing, metadata: {name: a}}")
	if failure(t, err).Status != 400 || !strings.Contains(err.Error(), `no matches for kind "Nothing"`) {
		t.Error(err)
	}
}

func TestEveryTestFindsTheClusterAsNew(t *testing.T) {
	ctx := context.Background()
	if err := Fresh(t).Apply(ctx, namespace); err != nil {
		t.Fatal(err)
	}
	err := Fresh(t).Admin(ctx, "GET", "/api/v1/namespaces/apart", nil, nil)
	if answered := failure(t, err); answered.Status != 404 || answered.NotServed() {
		t.Error(err)
	}
}

func TestControllersAreSwitchedUntilTheReset(t *testing.T) {
	cluster, ctx := Fresh(t), context.Background()
	enabled := func() bool {
		var listed struct {
			Controllers []struct {
				Name    string
				Enabled bool
			}
		}
		if err := cluster.Admin(ctx, "GET", "/-/controllers", nil, &listed); err != nil {
			t.Fatal(err)
		}
		for _, controller := range listed.Controllers {
			if controller.Name == "deployment-controller" {
				return controller.Enabled
			}
		}
		t.Fatal("there is no such controller")
		return false
	}
	if err := cluster.SetController(ctx, "deployment", false, ""); err != nil {
		t.Fatal(err)
	}
	if enabled() {
		t.Error("it is still on")
	}
	Fresh(t)
	if !enabled() {
		t.Error("it is still off")
	}
}

func TestPathThatIsNotServedSaysSo(t *testing.T) {
	err := Fresh(t).Admin(context.Background(), "GET", "/-/no-such-thing", nil, nil)
	if !failure(t, err).NotServed() ||
		err.Error() != "this fauxkube does not serve GET /-/no-such-thing: take a newer one" {
		t.Error(err)
	}
}

func TestRequestsAreFoundByVerbResourceAndTestID(t *testing.T) {
	cluster, ctx := Fresh(t), context.Background()
	for _, id := range []string{"mine", "other"} {
		request, err := http.NewRequestWithContext(ctx, "GET", cluster.URL()+"/api/v1/namespaces/default/configmaps/"+id, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("x-test-id", id)
		answer, err := cluster.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
	}
	var journal struct {
		Items []struct {
			Verb      string
			ObjectRef struct{ Resource, Name string }
		}
	}
	query := url.Values{"verb": {"get"}, "resource": {"configmaps"}, "testId": {"mine"}}
	if err := cluster.Requests(ctx, query, &journal); err != nil {
		t.Fatal(err)
	}
	if len(journal.Items) != 1 || journal.Items[0].Verb != "get" || journal.Items[0].ObjectRef.Resource != "configmaps" ||
		journal.Items[0].ObjectRef.Name != "mine" {
		t.Errorf("%+v", journal.Items)
	}
}

func TestClockStandsStillAndMoves(t *testing.T) {
	cluster, ctx := Forked(t), context.Background()
	before, err := cluster.Clock(ctx, map[string]any{"freeze": true})
	if err != nil {
		t.Fatal(err)
	}
	if told, err := cluster.Clock(ctx, nil); err != nil || told != before {
		t.Errorf("%v %v", told, err)
	}
	after, err := cluster.Clock(ctx, map[string]any{"advance": "1h"})
	if err != nil || after.Now.Sub(before.Now) != time.Hour || !after.Frozen {
		t.Errorf("%v %v %v", before, after, err)
	}
}

func TestFaultsLastUntilTheyAreCleared(t *testing.T) {
	cluster, ctx := Fresh(t), context.Background()
	rule := map[string]any{"match": map[string]any{"resource": "configmaps"}, "code": 503}
	if err := cluster.AddFault(ctx, rule); err != nil {
		t.Fatal(err)
	}
	const maps = "/api/v1/namespaces/default/configmaps"
	if err := cluster.Admin(ctx, "GET", maps, nil, nil); failure(t, err).Status != 503 {
		t.Error(err)
	}
	if err := cluster.ClearFaults(ctx); err != nil {
		t.Error(err)
	}
	if err := cluster.Admin(ctx, "GET", maps, nil, nil); err != nil {
		t.Error(err)
	}
}

func hasNamespace(t *testing.T, cluster *Cluster) bool {
	t.Helper()
	err := cluster.Admin(context.Background(), "GET", "/api/v1/namespaces/apart", nil, nil)
	return err == nil || failure(t, err).Status != 404
}

func TestForkBeginsAsItIsAndGoesItsOwnWay(t *testing.T) {
	cluster, ctx := Fresh(t), context.Background()
	fork, err := cluster.Fork(ctx, ForkOptions{Name: "second"})
	if err != nil {
		t.Fatal(err)
	}
	if err := fork.Apply(ctx, namespace); err != nil {
		t.Fatal(err)
	}
	inner, err := fork.Fork(ctx, ForkOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if fork.Name() != "second" || !hasNamespace(t, inner) || !hasNamespace(t, fork) || hasNamespace(t, cluster) {
		t.Errorf("%q: %v %v %v", fork.Name(), hasNamespace(t, inner), hasNamespace(t, fork), hasNamespace(t, cluster))
	}
	for _, each := range []*Cluster{inner, fork} {
		if err := each.Stop(); err != nil {
			t.Error(err)
		}
	}
	if err := fork.Admin(ctx, "GET", "/version", nil, nil); err == nil {
		t.Error("it goes on")
	}
}

func TestForkedIsAsNewWhateverOthersDo(t *testing.T) {
	if err := Fresh(t).Apply(context.Background(), namespace); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		t.Run("parallel", func(t *testing.T) {
			t.Parallel()
			fork := Forked(t)
			if hasNamespace(t, fork) {
				t.Error("it is not as new")
			}
			if err := fork.Apply(context.Background(), namespace); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestConnectControlsAClusterAndLeavesItAlone(t *testing.T) {
	cluster := Fresh(t)
	other, err := Connect(cluster.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	path, _ := other.KubeconfigPath()
	if err := other.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Dir(path)); !os.IsNotExist(err) {
		t.Errorf("%s is still there", path)
	}
	if err := cluster.Admin(context.Background(), "GET", "/version", nil, nil); err != nil {
		t.Error(err)
	}
}

func TestServerOfAnotherAuthorityIsNotTrusted(t *testing.T) {
	cluster := Fresh(t)
	other := Start(t, Options{Args: []string{"--nodes=0"}})
	mixed := strings.Replace(string(cluster.Kubeconfig()), cluster.URL(), other.URL(), 1)
	stranger, err := Connect([]byte(mixed))
	if err != nil {
		t.Fatal(err)
	}
	err = stranger.Admin(context.Background(), "GET", "/version", nil, nil)
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Error(err)
	}
}

func TestTextThatFauxkubeDidNotWriteIsRefused(t *testing.T) {
	if _, err := Connect([]byte("kind: Config")); err == nil {
		t.Error("it was taken")
	}
}
