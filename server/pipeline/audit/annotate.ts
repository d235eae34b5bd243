import type { ApiRequest } from '../request.ts';

/** Notes something for the audit event of a request. The first value of a key stays. */
export function annotate(request: ApiRequest, key: string, value: string): void {
  request.auditAnnotations ??= new Map();
  if (!request.auditAnnotations.has(key)) request.auditAnnotations.set(key, value);
}
