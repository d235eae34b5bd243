package main

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var buckets = schema.GroupVersion{Group: "storage.example.com", Version: "v1"}

// BucketSpec is where a bucket is wanted.
type BucketSpec struct {
	Region string `json:"region"`
}

// BucketStatus is what has become of it.
type BucketStatus struct {
	Phase   string `json:"phase,omitempty"`
	Message string `json:"message,omitempty"`
}

// Bucket stands for something outside of the cluster.
type Bucket struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   BucketSpec   `json:"spec,omitempty"`
	Status BucketStatus `json:"status,omitempty"`
}

// BucketList is a list of buckets.
type BucketList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []Bucket `json:"items"`
}

// DeepCopy copies all of it.
func (b *Bucket) DeepCopy() *Bucket {
	out := *b
	b.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	return &out
}

// DeepCopyObject copies all of it.
func (b *Bucket) DeepCopyObject() runtime.Object { return b.DeepCopy() }

// DeepCopyObject copies all of it.
func (l *BucketList) DeepCopyObject() runtime.Object {
	out := &BucketList{TypeMeta: l.TypeMeta}
	l.ListMeta.DeepCopyInto(&out.ListMeta)
	for _, item := range l.Items {
		out.Items = append(out.Items, *item.DeepCopy())
	}
	return out
}

func addBuckets(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(buckets, &Bucket{}, &BucketList{})
	metav1.AddToGroupVersion(scheme, buckets)
	return nil
}
