package main

import (
	"context"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const (
	finalizer = "storage.example.com/bucket"
	creating  = "Creating"
	ready     = "Ready"
	failed    = "Failed"
	deleting  = "Deleting"
	soon      = 100 * time.Millisecond
)

// bucketReconciler makes buckets outside, and a ConfigMap and a Secret that tell of each.
type bucketReconciler struct {
	client.Client
	cloud *cloud
	// results are what the last reconciliations have done to ConfigMaps.
	results chan controllerutil.OperationResult
}

func (r *bucketReconciler) setUp(manager ctrl.Manager) error {
	changes := predicate.Or(predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{})
	return ctrl.NewControllerManagedBy(manager).
		For(&Bucket{}, builder.WithPredicates(changes)).
		Owns(&corev1.ConfigMap{}).
		Owns(&corev1.Secret{}).
		Complete(reconcile.AsReconciler[*Bucket](r.Client, r))
}

// Reconcile makes of a bucket what is wanted of it.
func (r *bucketReconciler) Reconcile(ctx context.Context, bucket *Bucket) (ctrl.Result, error) {
	if !bucket.DeletionTimestamp.IsZero() {
		return r.finalize(ctx, bucket)
	}
	if controllerutil.AddFinalizer(bucket, finalizer) {
		if err := r.Update(ctx, bucket); err != nil {
			return ctrl.Result{}, err
		}
	}
	isThere, err := r.cloud.make(bucket.Name, bucket.Spec.Region)
	if errors.Is(err, errUnknownRegion) {
		return ctrl.Result{}, errors.Join(r.tell(ctx, bucket, failed, err.Error()), reconcile.TerminalError(err))
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	if !isThere {
		return ctrl.Result{RequeueAfter: soon}, r.tell(ctx, bucket, creating, "")
	}
	if err := r.makeChildren(ctx, bucket); err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{}, r.tell(ctx, bucket, ready, "")
}

func (r *bucketReconciler) makeChildren(ctx context.Context, bucket *Bucket) error {
	meta := metav1.ObjectMeta{Namespace: bucket.Namespace, Name: bucket.Name}
	settings := &corev1.ConfigMap{ObjectMeta: meta}
	result, err := controllerutil.CreateOrUpdate(ctx, r.Client, settings, func() error {
		settings.Data = map[string]string{"url": "https://" + bucket.Spec.Region + "/" + bucket.Name}
		return r.own(bucket, settings)
	})
	if err != nil {
		return err
	}
	select {
	case r.results <- result:
	default:
	}
	credentials := &corev1.Secret{ObjectMeta: meta}
	_, err = controllerutil.CreateOrPatch(ctx, r.Client, credentials, func() error {
		if credentials.Data == nil {
			credentials.Data = map[string][]byte{"key": []byte("secret of " + bucket.Name)}
		}
		return r.own(bucket, credentials)
	})
	return err
}

// own makes a new child one of the bucket. What is there already may just have been orphaned: the bucket that the
// cache has is older than its deletion then, and whoever adopted the child again would have it collected.
func (r *bucketReconciler) own(bucket *Bucket, child client.Object) error {
	if created := child.GetCreationTimestamp(); !created.IsZero() {
		return nil
	}
	return controllerutil.SetControllerReference(bucket, child, r.Scheme())
}

func (r *bucketReconciler) finalize(ctx context.Context, bucket *Bucket) (ctrl.Result, error) {
	if !controllerutil.ContainsFinalizer(bucket, finalizer) {
		return ctrl.Result{}, nil
	}
	if !r.cloud.remove(bucket.Name, bucket.Spec.Region) {
		return ctrl.Result{RequeueAfter: soon}, r.tell(ctx, bucket, deleting, "")
	}
	before := bucket.DeepCopy()
	controllerutil.RemoveFinalizer(bucket, finalizer)
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	return ctrl.Result{}, client.IgnoreNotFound(r.Patch(ctx, bucket, patch))
}

func (r *bucketReconciler) tell(ctx context.Context, bucket *Bucket, phase, message string) error {
	status := BucketStatus{Phase: phase, Message: message}
	if bucket.Status == status {
		return nil
	}
	before := bucket.DeepCopy()
	bucket.Status = status
	return r.Status().Patch(ctx, bucket, client.MergeFrom(before))
}
