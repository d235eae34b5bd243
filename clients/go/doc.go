// Package fauxkube starts fauxkube, a Kubernetes API server made for tests, and controls it. It imports nothing but the
// standard library: clients are made of Cluster.Kubeconfig.
package fauxkube
