package main

import (
	"context"
	"slices"
	"sync"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// audit is a controller that remembers which generations of a website it was told of.
type audit struct {
	client.Client
	mutex       sync.Mutex
	generations map[string][]int64
}

func (a *audit) setUp(manager ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(manager).Named("audit").
		For(&Website{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Complete(reconcile.AsReconciler[*Website](a.Client, a))
}

// Reconcile remembers a generation.
func (a *audit) Reconcile(_ context.Context, website *Website) (ctrl.Result, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.generations[website.Name] = append(a.generations[website.Name], website.Generation)
	return ctrl.Result{}, nil
}

func (a *audit) toldOf(name string) []int64 {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return slices.Clone(a.generations[name])
}
