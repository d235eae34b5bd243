import type { Decision } from '../identity.ts';

/** Whether nothing could be decided, because something went wrong. */
export const isUndecidable = ({ allowed, error }: Decision): boolean => !allowed && error !== undefined;

/** What an audit event says about a decision (k8s.io/apiserver/pkg/endpoints/filters/authorization.go). */
export function decisionNotes(decision: Decision): (readonly [key: string, value: string])[] {
  const { allowed, reason } = decision;
  if (isUndecidable(decision)) return [['authorization.k8s.io/reason', 'internal error']];
  return [
    ['authorization.k8s.io/decision', allowed ? 'allow' : 'forbid'],
    ['authorization.k8s.io/reason', reason],
  ];
}
