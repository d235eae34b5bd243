package fauxkube_test

import (
	"context"
	"testing"
	"time"

	"fauxkube.dev/go/fauxkube"
)

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
`

func TestDeploymentBecomesReady(t *testing.T) {
	cluster, ctx := fauxkube.Fresh(t), context.Background()
	if err := cluster.Apply(ctx, deployment); err != nil {
		t.Fatal(err)
	}
	// Until no controller has anything to do: no sleeps, no polling.
	if err := cluster.Settle(ctx, 10*time.Second); err != nil {
		t.Fatal(err)
	}
	var web struct{ Status struct{ ReadyReplicas int } }
	if err := cluster.Admin(ctx, "GET", "/apis/apps/v1/namespaces/default/deployments/web", nil, &web); err != nil {
		t.Fatal(err)
	}
	if web.Status.ReadyReplicas != 3 {
		t.Errorf("%d of 3 replicas are ready", web.Status.ReadyReplicas)
	}
}
