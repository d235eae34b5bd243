package v1alpha1

import (
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/conversion"

	v1 "fauxkube/clients/controller-runtime/webhooks/v1"
)

// ConvertTo makes what is stored of it.
func (s *Schedule) ConvertTo(hub conversion.Hub) error {
	to := hub.(*v1.Schedule)
	to.ObjectMeta = s.ObjectMeta
	to.Spec = v1.ScheduleSpec{Retries: s.Spec.Retries, Owner: s.Spec.Owner}
	if s.Spec.Seconds != 0 {
		to.Spec.Every = (time.Duration(s.Spec.Seconds) * time.Second).String()
	}
	return nil
}

// ConvertFrom makes it of what is stored.
func (s *Schedule) ConvertFrom(hub conversion.Hub) error {
	from := hub.(*v1.Schedule)
	s.ObjectMeta = from.ObjectMeta
	s.Spec = ScheduleSpec{Retries: from.Spec.Retries, Owner: from.Spec.Owner}
	if from.Spec.Every == "" {
		return nil
	}
	every, err := time.ParseDuration(from.Spec.Every)
	if err != nil {
		return fmt.Errorf("%s is not written in seconds: %w", from.Name, err)
	}
	s.Spec.Seconds = int64(every.Seconds())
	return nil
}
