// Package v1 is what schedules are stored as.
package v1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupVersion is theirs.
var GroupVersion = schema.GroupVersion{Group: "jobs.example.com", Version: "v1"}

// ScheduleSpec says how often something is done.
type ScheduleSpec struct {
	// Every is a duration as Go writes it.
	Every   string `json:"every,omitempty"`
	Retries *int32 `json:"retries,omitempty"`
	Owner   string `json:"owner,omitempty"`
}

// Schedule is something that is done again and again.
type Schedule struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec ScheduleSpec `json:"spec,omitempty"`
}

// ScheduleList is a list of schedules.
type ScheduleList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []Schedule `json:"items"`
}

// Hub says that other versions are converted by way of this one.
func (*Schedule) Hub() {}

// DeepCopyInto copies all of it.
func (s *Schedule) DeepCopyInto(out *Schedule) {
	*out = *s
	s.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	if s.Spec.Retries != nil {
		out.Spec.Retries = new(*s.Spec.Retries)
	}
}

// DeepCopy copies all of it.
func (s *Schedule) DeepCopy() *Schedule {
	out := &Schedule{}
	s.DeepCopyInto(out)
	return out
}

// DeepCopyObject copies all of it.
func (s *Schedule) DeepCopyObject() runtime.Object { return s.DeepCopy() }

// DeepCopyObject copies all of it.
func (l *ScheduleList) DeepCopyObject() runtime.Object {
	out := &ScheduleList{TypeMeta: l.TypeMeta}
	l.ListMeta.DeepCopyInto(&out.ListMeta)
	for _, item := range l.Items {
		out.Items = append(out.Items, *item.DeepCopy())
	}
	return out
}

// AddToScheme makes them known.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion, &Schedule{}, &ScheduleList{})
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}
