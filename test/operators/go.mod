// The operators whose CustomResourceDefinitions `npm run test:operators` installs. Only their files are read.
module fauxkube/operators

go 1.26.0

require (
	github.com/argoproj/argo-rollouts v1.8.3
	github.com/cert-manager/cert-manager v1.21.2
	github.com/prometheus-operator/prometheus-operator v0.85.0
	istio.io/api v1.32.0
	knative.dev/serving v0.51.0
	sigs.k8s.io/cluster-api v1.14.2
	sigs.k8s.io/gateway-api v1.6.3
)
