/** Label and field selectors of a request, as a predicate over the objects of one resource. */
import type { Frozen } from '../base/freeze.ts';
import { badRequest } from '../kube/api-error.ts';
import { exactField, type FieldRequirement, type FieldSelector, parseFieldSelector } from '../kube/fields.ts';
import { type LabelSelector, parseLabelSelector, selectorMatches } from '../kube/labels.ts';
import type { KubeObject } from '../kube/object.ts';
import type { Predicate } from '../storage/storage.ts';
import type { ResourceDefinition } from './resource.ts';

export interface Selection {
  readonly labels: LabelSelector;
  readonly fields: FieldSelector;
  /** Absent when everything matches. */
  readonly where?: Predicate;
  /** The one name that can match, when the selector asks for one. */
  readonly name?: string;
  /** The same for the namespace. */
  readonly namespace?: string;
  /** A label that all that match have, with its value. */
  readonly label?: { readonly label: string; readonly value: string };
}

type FieldReader = (object: Frozen<KubeObject>) => string;

function readerOf(field: string, definition: ResourceDefinition): FieldReader {
  if (field === 'metadata.name') return (object) => object.metadata.name ?? '';
  if (field === 'metadata.namespace' && !definition.selectsNoNamespace)
    return (object) => object.metadata.namespace ?? '';
  const { selectableFields } = definition;
  const reader = selectableFields && Object.hasOwn(selectableFields, field) ? selectableFields[field] : undefined;
  if (reader) return reader;
  if (definition.unknownField) throw badRequest(definition.unknownField(field));
  if (selectableFields) throw badRequest(`field label not supported: ${field}`);
  throw badRequest(
    `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
  );
}

function fieldPredicate(requirements: readonly FieldRequirement[], definition: ResourceDefinition): Predicate {
  const tests = requirements.map(({ field, negated, value }) => ({
    read: readerOf(field, definition),
    negated,
    value,
  }));
  return (object) => {
    for (const { read, negated, value } of tests) if ((read(object) === value) === negated) return false;
    return true;
  };
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw badRequest((error as Error).message);
  }
}

/** @throws ApiError 400 for selectors that cannot be read */
export function readSelectors(labelText: string, fieldText: string): Pick<Selection, 'labels' | 'fields'> {
  return {
    labels: parsed(() => parseLabelSelector(labelText)),
    fields: parsed(() => parseFieldSelector(fieldText)),
  };
}

function exactLabel(labels: LabelSelector): Selection['label'] {
  for (const { key, operator, values } of labels) {
    const [value, ...others] = values;
    const isOne = value !== undefined && others.length === 0;
    if (isOne && (operator === '=' || operator === '==' || operator === 'in')) return { label: key, value };
  }
  return undefined;
}

/**
 * @throws ApiError 400 for selectors that cannot be read and for fields that the kind cannot be selected by
 */
export function selectionOf(labelText: string, fieldText: string, definition: ResourceDefinition): Selection {
  const { labels, fields } = readSelectors(labelText, fieldText);
  if (labels.length === 0 && fields.length === 0) return { labels, fields };
  const matchesFields = fields.length > 0 ? fieldPredicate(fields, definition) : undefined;
  const where: Predicate = (object) =>
    selectorMatches(labels, object.metadata.labels) && (matchesFields?.(object) ?? true);
  const name = exactField(fields, 'metadata.name');
  const namespace = exactField(fields, 'metadata.namespace');
  const label = exactLabel(labels);
  return {
    labels,
    fields,
    where,
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
    ...(label && { label }),
  };
}
