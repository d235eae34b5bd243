package main

import (
	"errors"
	"fmt"
	"slices"

	"sigs.k8s.io/cli-utils/pkg/apply/event"
	"sigs.k8s.io/cli-utils/pkg/object"
)

// journal is what an applier or destroyer has told, in its order: "Apply Deployment web Successful".
type journal struct {
	lines []string
	// reasons are those of what failed or was skipped, by the object's name.
	reasons map[string]error
}

func (j *journal) note(what string, id object.ObjMetadata, status fmt.Stringer, reason error) {
	j.lines = append(j.lines, fmt.Sprintf("%s %s %s %s", what, id.GroupKind.Kind, id.Name, status))
	if reason != nil {
		j.reasons[id.Name] = reason
	}
}

// read reads events until there are no more. It fails when the run as a whole has.
func read(events <-chan event.Event) (*journal, error) {
	j := &journal{reasons: map[string]error{}}
	var failed error
	for told := range events {
		switch told.Type {
		case event.ErrorType:
			failed = errors.Join(failed, told.ErrorEvent.Err)
		case event.ValidationType:
			failed = errors.Join(failed, told.ValidationEvent.Error)
		case event.ApplyType:
			j.note("Apply", told.ApplyEvent.Identifier, told.ApplyEvent.Status, told.ApplyEvent.Error)
		case event.PruneType:
			j.note("Prune", told.PruneEvent.Identifier, told.PruneEvent.Status, told.PruneEvent.Error)
		case event.DeleteType:
			j.note("Delete", told.DeleteEvent.Identifier, told.DeleteEvent.Status, told.DeleteEvent.Error)
		case event.WaitType:
			j.note("Wait", told.WaitEvent.Identifier, told.WaitEvent.Status, nil)
		}
	}
	return j, failed
}

// has tells whether all of these were told, in this order.
func (j *journal) has(wanted ...string) error {
	rest := j.lines
	for _, line := range wanted {
		index := slices.Index(rest, line)
		if index < 0 {
			return fmt.Errorf("there is no %q at its place in %q, reasons: %v", line, j.lines, j.reasons)
		}
		rest = rest[index+1:]
	}
	return nil
}

// lacks tells whether none of these was told.
func (j *journal) lacks(unwanted ...string) error {
	for _, line := range unwanted {
		if slices.Contains(j.lines, line) {
			return fmt.Errorf("there is %q in %q", line, j.lines)
		}
	}
	return nil
}
