/**
 * What a JSON patch or merge patch leaves without a version is read as the internal one of its group. Its types take
 * next to nothing from JSON, so that the name is missing afterwards.
 */
import type { Frozen } from '../base/freeze.ts';
import type { ApiError } from '../kube/api-error.ts';
import { goQuote } from '../kube/go-quote.ts';
import { type KubeObject, parseApiVersion } from '../kube/object.ts';
import { isDocument } from '../schema/patch/patch-faults.ts';
import { refused, shownResult } from '../schema/patch/undecodable.ts';
import type { TypeTable } from '../schema/type-table.ts';
import { type FieldValidation, internalPackage } from './decode-body.ts';
import { undeterminableName } from './verbs/incoming.ts';

/** Texts that Go reads as no group and no version. */
const NO_VERSION: ReadonlySet<unknown> = new Set([undefined, null, '', '/']);

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** Internal types have tags for these fields only: those of TypeMeta, and those of the metadata that they embed. */
function unknownFields(result: object, table: TypeTable): string[] {
  const known = table.type(OBJECT_META).byName;
  return Object.keys(result)
    .filter((name) => name !== 'kind' && name !== 'apiVersion' && !known.has(name))
    .sort()
    .map((name) => `unknown field ${goQuote(name)}`);
}

function hasKind(table: TypeTable, group: string, kind: string): boolean {
  const versions = table.groups.find((info) => info.group === group)?.versions ?? [];
  return versions.some(({ version }) => table.typeName(group, version, kind) !== undefined);
}

/** Why a result without a version cannot be another kind than it was. */
function otherKind(kind: string, own: string, group: string, table: TypeTable): string {
  const from = internalPackage(group);
  return hasKind(table, group, kind)
    ? `converting (${from}.${kind}) to (${from}.${own}): unknown conversion`
    : `no kind ${goQuote(kind)} is registered for the internal version of group ${goQuote(group)} ` +
        'in scheme "pkg/runtime/scheme.go:111"';
}

/** What the client wants to know of unknown fields. */
export interface Told {
  readonly fieldValidation: FieldValidation;
  readonly warn: (text: string) => void;
}

/**
 * @param current what was patched
 * @throws ApiError 422 for fields and kinds that the internal version does not have, 400 for the missing name
 */
export function checkVersion(
  result: unknown,
  { kind: own, apiVersion = '', metadata }: Frozen<KubeObject>,
  table: TypeTable,
  { fieldValidation, warn }: Told,
): void {
  if (!isDocument(result) || !NO_VERSION.has(result.apiVersion)) return;
  const kind = result.kind ?? '';
  if (typeof kind !== 'string') return;
  const refuse = (detail: string): ApiError => refused(shownResult(result), detail);
  const group = parseApiVersion(apiVersion)?.group ?? '';
  if (kind !== '' && own !== undefined && kind !== own) throw refuse(otherKind(kind, own, group, table));
  const problems = fieldValidation === 'Ignore' ? [] : unknownFields(result, table);
  if (fieldValidation === 'Strict' && problems.length > 0)
    throw refuse(`strict decoding error: ${problems.join(', ')}`);
  for (const problem of problems) warn(problem);
  throw undeterminableName(metadata.name ?? '');
}
