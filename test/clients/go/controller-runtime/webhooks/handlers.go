package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1 "fauxkube/clients/controller-runtime/webhooks/v1"
)

// defaulter fills in who asked and how often.
type defaulter struct{}

// Default fills in what is missing.
func (defaulter) Default(ctx context.Context, schedule *v1.Schedule) error {
	request, err := admission.RequestFromContext(ctx)
	if err != nil {
		return err
	}
	if schedule.Spec.Retries == nil {
		schedule.Spec.Retries = new(int32(3))
	}
	if schedule.Spec.Owner == "" {
		schedule.Spec.Owner = request.UserInfo.Username
	}
	return nil
}

// validator refuses schedules that are too frequent, and remembers what it was asked.
type validator struct {
	mutex    sync.Mutex
	requests []admission.Request
}

func (v *validator) remember(ctx context.Context) error {
	request, err := admission.RequestFromContext(ctx)
	if err != nil {
		return err
	}
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.requests = append(v.requests, request)
	return nil
}

// last is the last request that it was asked.
func (v *validator) last() admission.Request {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if len(v.requests) == 0 {
		return admission.Request{}
	}
	return v.requests[len(v.requests)-1]
}

func check(schedule *v1.Schedule) (admission.Warnings, error) {
	every, err := time.ParseDuration(schedule.Spec.Every)
	if err == nil && every < time.Second {
		err = errors.New("must be a second at least")
	}
	if err != nil {
		problem := field.Invalid(field.NewPath("spec", "every"), schedule.Spec.Every, err.Error())
		kind := v1.GroupVersion.WithKind("Schedule").GroupKind()
		return nil, apierrors.NewInvalid(kind, schedule.Name, field.ErrorList{problem})
	}
	if every < time.Minute {
		return admission.Warnings{fmt.Sprintf("every %s is often", every)}, nil
	}
	return nil, nil
}

// ValidateCreate refuses what cannot be done.
func (v *validator) ValidateCreate(ctx context.Context, schedule *v1.Schedule) (admission.Warnings, error) {
	if err := v.remember(ctx); err != nil {
		return nil, err
	}
	return check(schedule)
}

// ValidateUpdate refuses another owner.
func (v *validator) ValidateUpdate(ctx context.Context, before, after *v1.Schedule) (admission.Warnings, error) {
	if err := v.remember(ctx); err != nil {
		return nil, err
	}
	if before.Spec.Owner != after.Spec.Owner {
		return nil, fmt.Errorf("the owner is %s, and stays that", before.Spec.Owner)
	}
	return check(after)
}

// ValidateDelete refuses to delete what is protected.
func (v *validator) ValidateDelete(ctx context.Context, schedule *v1.Schedule) (admission.Warnings, error) {
	if err := v.remember(ctx); err != nil {
		return nil, err
	}
	if schedule.Annotations["protected"] == "true" {
		return nil, errors.New("it is protected")
	}
	return nil, nil
}

// sidecar adds a container to pods, as a patch of what the server has sent.
type sidecar struct{ decoder admission.Decoder }

// Handle answers with a JSON patch.
func (s *sidecar) Handle(_ context.Context, request admission.Request) admission.Response {
	pod := &corev1.Pod{}
	if err := s.decoder.Decode(request, pod); err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: "sidecar", Image: "busybox"})
	changed, err := json.Marshal(pod)
	if err != nil {
		return admission.Errored(http.StatusInternalServerError, err)
	}
	return admission.PatchResponseFromRaw(request.Object.Raw, changed)
}
