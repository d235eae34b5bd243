import type { ApiRequest } from '../request.ts';

/** Annotation of audit events: ids of the rules that did something to the request. */
const ANNOTATION = 'fauxkube.dev/fault';

/** Notes that a rule has done something to a request. */
export function noteFault(request: ApiRequest, id: string): void {
  request.auditAnnotations ??= new Map();
  const { auditAnnotations: notes } = request;
  const ids = notes.get(ANNOTATION)?.split(',') ?? [];
  if (!ids.includes(id)) notes.set(ANNOTATION, [...ids, id].join(','));
}
