/** Conflicts of an apply, in the words of apimachinery's managedfields.NewConflictError. */
import { ApiError } from '../../kube/api-error.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { type FieldsV1, isMember } from './fields-v1.ts';
import type { ManagedFieldsEntry } from './managed-fields.ts';

/** Fields that somebody else owns and an apply would change. */
export interface Conflict {
  readonly manager: ManagedFieldsEntry;
  readonly fields: FieldsV1;
}

const shown = (value: unknown): string => (typeof value === 'string' ? goQuote(value) : JSON.stringify(value));

/** A step as paths print it: `.spec`, `[name="web"]`, `[="a"]`. */
export function shownStep(step: string): string {
  const rest = step.slice(2);
  if (step.startsWith('f:')) return `.${rest}`;
  if (step.startsWith('v:')) return `[=${shown(JSON.parse(rest))}]`;
  if (!step.startsWith('k:')) return `[${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>);
  return `[${keys.map(([name, value]) => `${name}=${shown(value)}`).join(',')}]`;
}

/** The paths of a set: members first, then what is below them, in the order of sets. */
function pathsOf(set: FieldsV1, prefix: string): string[] {
  const steps = Object.keys(set).filter((step) => step !== '.');
  const members = steps.filter((step) => isMember(set[step] as FieldsV1));
  return [
    ...members.map((step) => prefix + shownStep(step)),
    ...steps.flatMap((step) => pathsOf(set[step] as FieldsV1, prefix + shownStep(step))),
  ];
}

function managerText({ manager = '', operation, apiVersion, subresource = '' }: ManagedFieldsEntry): string {
  const name = goQuote(manager) + (subresource === '' ? '' : ` with subresource ${goQuote(subresource)}`);
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}

/** The 409 that names each field and who owns it. */
export function applyConflict(conflicts: readonly Conflict[]): ApiError {
  const owners = conflicts
    .map(({ manager, fields }) => ({ text: managerText(manager), paths: pathsOf(fields, '') }))
    .sort((a, b) => (a.text < b.text ? -1 : 1));
  const causes = owners.flatMap(({ text, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${text}`, field })),
  );
  const [first] = causes;
  const lines = owners.flatMap(({ text, paths }) => [`conflicts with ${text}:`, ...paths.map((path) => `- ${path}`)]);
  const message =
    causes.length === 1 && first
      ? `Apply failed with 1 conflict: ${first.message}: ${first.field}`
      : `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`;
  return new ApiError(409, 'Conflict', message, { causes });
}
