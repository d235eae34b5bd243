import { expect, test } from 'vitest';
import { AuditNotes } from '../../../server/admission/policies/audit-notes.ts';
import type { Review } from '../../../server/registry/admission-chain.ts';

/** What ends up in the audit event. */
function noted(use: (notes: AuditNotes) => void): Record<string, string> {
  const annotations: Record<string, string> = {};
  const annotate = (key: string, value: string): void => {
    annotations[key] = value;
  };
  const notes = new AuditNotes({ annotate } as unknown as Review);
  use(notes);
  notes.publish();
  return annotations;
}

test('values that bindings give to one key are listed, each once', () => {
  const annotations = noted((notes) => {
    for (const value of ['a', 'b', 'a']) notes.annotation('key', value);
    notes.policyEnds('policy');
    notes.annotation('key', 'c');
    notes.policyEnds('other');
  });
  expect(annotations).toEqual({ 'policy/key': 'a, b', 'other/key': 'c' });
});

test('failures are noted as one list, of fifty at most', () => {
  const failure = { message: 'm', policy: 'p', binding: 'b', expressionIndex: 1, validationActions: ['Audit'] };
  const annotations = noted((notes) => {
    for (let count = 0; count < 60; count += 1) notes.failure(failure);
  });
  const list = JSON.parse(annotations['validation.policy.admission.k8s.io/validation_failure'] ?? '[]') as unknown[];
  expect(list).toHaveLength(50);
  expect(list[0]).toEqual(failure);
});
