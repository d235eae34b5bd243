/**
 * Rules for events: loose ones for the core group, strict ones for events.k8s.io
 * (pkg/apis/core/validation/events.go).
 */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, immutable, invalid, required } from '../../kube/field-problem.ts';
import { dnsSubdomainProblems, qualifiedNameProblems } from '../../kube/names.ts';
import type { Event } from '../../kube/types.gen.ts';
import { isFromEventsGroup } from './event-conversion.ts';
import { internalForm } from './internal-form.ts';

const SHORT_MAX = 128;
const NOTE_MAX = 1024;

function textProblems(path: string, text: string, max: number, isRequired = true): FieldProblem[] {
  if (text === '') return isRequired ? [required(path)] : [];
  return Buffer.byteLength(text) > max ? [invalid(path, '', `can have at most ${max} characters`)] : [];
}

/** Events about cluster-scoped objects are in `default`, or since events.k8s.io in `kube-system`. */
function namespaceProblems({ metadata, involvedObject, eventTime }: Frozen<Event>): FieldProblem[] {
  const { namespace = '' } = metadata;
  const { namespace: about = '' } = involvedObject;
  const clusterWide = eventTime ? ['default', 'kube-system'] : ['default', ''];
  const fits = about === '' ? clusterWide.includes(namespace) : Boolean(eventTime) || about === namespace;
  return fits ? [] : [invalid('involvedObject.namespace', about, 'does not match event.namespace')];
}

function looseProblems(event: Frozen<Event>, controllerPath: string): FieldProblem[] {
  const problems = namespaceProblems(event);
  if (!event.eventTime) return problems;
  const { reportingComponent: controller, reportingInstance, action = '', reason = '', message = '' } = event;
  if (controller === '') problems.push(required(controllerPath));
  for (const detail of qualifiedNameProblems(controller)) problems.push(invalid(controllerPath, controller, detail));
  return [
    ...problems,
    ...textProblems('reportingInstance', reportingInstance, SHORT_MAX),
    ...textProblems('action', action, SHORT_MAX),
    ...textProblems('reason', reason, SHORT_MAX),
    ...textProblems('message', message, NOTE_MAX, false),
  ];
}

function seriesProblems({ series }: Frozen<Event>): FieldProblem[] {
  if (!series) return [];
  return [
    ...((series.count ?? 0) < 2 ? [invalid('series.count', '', 'should be at least 2')] : []),
    ...(series.lastObservedTime ? [] : [required('series.lastObservedTime')]),
  ];
}

/** Fields of old clients that new events may not have. */
function strictProblems(event: Frozen<Event>): FieldProblem[] {
  const { metadata, eventTime, type = '', firstTimestamp, lastTimestamp, count, source } = event;
  const problems = dnsSubdomainProblems(metadata.name ?? '').map((detail) =>
    invalid('metadata.name', metadata.name, detail),
  );
  problems.push(...seriesProblems(event));
  if (!eventTime) problems.push(required('eventTime'));
  if (type !== 'Normal' && type !== 'Warning') problems.push(invalid('type', '', `has invalid value: ${type}`));
  const set = { firstTimestamp, lastTimestamp, count, source: source.component || source.host };
  for (const [path, value] of Object.entries(set)) if (value) problems.push(invalid(path, '', 'needs to be unset'));
  return problems;
}

/** Only the series of an event goes on. */
function strictUpdateProblems(event: Frozen<Event>, old: Frozen<Event>): FieldProblem[] {
  const problems = deepEqual(event.series, old.series) ? [] : seriesProblems(event);
  const check = (path: string, value: unknown, before: unknown, shown: unknown = value ?? null): void => {
    if (!deepEqual(value ?? null, before ?? null)) problems.push(immutable(path, shown));
  };
  const reference = (value: Frozen<Event>['related']): unknown =>
    value ? internalForm(value, 'io.k8s.api.core.v1.ObjectReference') : null;
  check('involvedObject', event.involvedObject, old.involvedObject, reference(event.involvedObject));
  check('reason', event.reason, old.reason);
  check('message', event.message, old.message);
  check('source', event.source, old.source, internalForm(event.source, 'io.k8s.api.core.v1.EventSource'));
  for (const field of ['firstTimestamp', 'lastTimestamp', 'count', 'reason', 'type', 'eventTime', 'action'] as const) {
    check(field, event[field], old[field]);
  }
  check('related', event.related, old.related, reference(event.related));
  check('reportingController', event.reportingComponent, old.reportingComponent);
  check('reportingInstance', event.reportingInstance, old.reportingInstance);
  return problems;
}

/** Rules of an event; which ones hold depends on the group that it came in through. */
export function eventProblems(event: Frozen<Event>, old?: Frozen<Event>): FieldProblem[] {
  if (!isFromEventsGroup(event)) return looseProblems(event, 'reportingComponent');
  const problems = looseProblems(event, 'reportingController');
  return [...problems, ...(old ? strictUpdateProblems(event, old) : strictProblems(event))];
}
