/** What a version of a custom resource does beyond its description (apiextensions-apiserver: its strategy). */
import type { Frozen } from '../../base/freeze.ts';
import { forbidden } from '../../kube/api-error.ts';
import { type FieldProblem, invalid } from '../../kube/field-problem.ts';
import { goFloat } from '../../kube/go-float.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { compileJsonPath } from '../../kube/json-path.ts';
import { qualifiedNameProblems } from '../../kube/names.ts';
import { apiVersionOf, type KubeObject, resourceName } from '../../kube/object.ts';
import type { StructuralSchema } from '../../schema/custom/structural-schema.ts';
import type { ResourceDefinition } from '../resource.ts';
import type { LooseConversions } from './conversion/loose-conversions.ts';
import type { DefinitionVersion } from './custom-version.ts';
import type { PrinterColumns } from './printer-columns.ts';
import { type ScalePaths, scaleProblems, scaleSubresource } from './scale.ts';

/** What the definition of a version is made of. */
export interface DefinitionParts {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  readonly version: DefinitionVersion;
  readonly deprecation: string | undefined;
  readonly schema: StructuralSchema;
  readonly columns: () => PrinterColumns;
  /** Whether the definition is on its way out. */
  readonly isTerminating: boolean;
  /** Where a webhook converts between versions. */
  readonly conversions?: LooseConversions;
}

export function customDefinition(parts: DefinitionParts): ResourceDefinition {
  const { group, plural, version, columns, deprecation } = parts;
  const { status, scale } = version.subresources ?? {};
  const hasStatus = status !== undefined;
  return {
    resource: resourceName(group, plural),
    requiresResourceVersion: true,
    checksEnums: true,
    ...(deprecation !== undefined && { deprecation }),
    beforeCreate(object) {
      if (parts.isTerminating) {
        const why = 'create not allowed while custom resource definition is terminating';
        throw forbidden({ group, resource: plural }, object.metadata.name ?? '', why);
      }
      if (hasStatus) delete object.status;
      return undefined;
    },
    problemsWith: (others, object, old, isStatus, warn) =>
      problemsOf(parts, scale, others, object, old, isStatus, warn),
    warnings: finalizerWarnings,
    // Every change but one of metadata counts.
    generation: ({ metadata: _metadata, ...rest }) => rest,
    statusKeeps: ['labels', 'annotations', 'finalizers', 'ownerReferences'],
    resetFields: { '': hasStatus ? ['status'] : [], status: ['metadata', 'spec'] },
    selectableFields: selectableFields(version),
    cells: (object, nowMs) => columns().cells(object, nowMs),
    ...(parts.conversions && { conversions: parts.conversions }),
    ...(scale && { subresources: { scale: scaleSubresource(scale) } }),
  };
}

function problemsOf(
  { group, kind, version, schema }: DefinitionParts,
  scale: ScalePaths | undefined,
  others: readonly FieldProblem[],
  object: Frozen<KubeObject>,
  old: Frozen<KubeObject> | undefined,
  isStatus: boolean,
  warn: (text: string) => void,
): readonly FieldProblem[] {
  const apiVersion = apiVersionOf({ group, version: version.name });
  const misnamed: FieldProblem[] = [];
  if (object.kind !== kind) misnamed.push(invalid('kind', object.kind ?? '', `must be ${kind}`));
  if (object.apiVersion !== apiVersion)
    misnamed.push(invalid('apiVersion', object.apiVersion ?? '', `must be ${apiVersion}`));
  if (misnamed.length > 0) return misnamed;
  const all = scale ? [...others, ...scaleProblems(object, scale, isStatus)] : others;
  return isStatus && old
    ? schema.statusProblems(object as Fields, old as Fields, all, warn)
    : schema.problems(object as Fields, old as Fields | undefined, all, warn);
}

type Fields = Readonly<Record<string, unknown>>;

const STANDARD_FINALIZERS = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);
const PATH = 'metadata.finalizers';

/** Warnings about finalizers that are new, in the order of their names. */
function finalizerWarnings(object: Frozen<KubeObject>, old?: Frozen<KubeObject>): string[] {
  const before = old?.metadata.finalizers ?? [];
  const added = [...new Set(object.metadata.finalizers ?? [])].filter((name) => !before.includes(name)).sort();
  return added.flatMap((name) => {
    const begin = `${PATH}: ${goQuote(name)}: `;
    const texts = qualifiedNameProblems(name).map((problem) => begin + problem);
    if (name.includes('/') || STANDARD_FINALIZERS.has(name)) return texts;
    const including = name.includes('.') ? ' including a path (/)' : '';
    const advice = `prefer a domain-qualified finalizer name${including} to avoid accidental conflicts`;
    return [...texts, `${begin}${advice} with other finalizer writers`];
  });
}

function selectableFields({
  selectableFields: fields = [],
}: DefinitionVersion): NonNullable<ResourceDefinition['selectableFields']> {
  const readers = fields.map(({ jsonPath }) => {
    const path = compileJsonPath(jsonPath);
    const read = (object: Frozen<KubeObject>): string => textOf(path(object)[0]);
    return [jsonPath.replace(/^\./, ''), read] as const;
  });
  return Object.fromEntries(readers);
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' && !Number.isInteger(value)) return goFloat(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
