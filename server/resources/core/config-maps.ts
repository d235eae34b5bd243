import type { Frozen } from '../../base/freeze.ts';
import { deepEqual } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, invalid, tooLong } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { configKeyProblems } from '../../kube/names.ts';
import type { ConfigMap } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';

/** api.MaxSecretSize counts for config maps too. */
const MAX_BYTES = 1024 * 1024;

function validate(configMap: Frozen<ConfigMap>, old?: Frozen<ConfigMap>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(configMap.data ?? {})) {
    for (const detail of configKeyProblems(key)) problems.push(invalid(`data[${key}]`, key, detail));
    if (configMap.binaryData && Object.hasOwn(configMap.binaryData, key)) {
      problems.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    }
    bytes += Buffer.byteLength(value);
  }
  // Go reads null as no bytes.
  const binaryData = (configMap.binaryData ?? {}) as Readonly<Record<string, string | null>>;
  for (const [key, value] of Object.entries(binaryData)) {
    for (const detail of configKeyProblems(key)) problems.push(invalid(`binaryData[${key}]`, key, detail));
    bytes += Buffer.byteLength(value ?? '', 'base64');
  }
  if (bytes > MAX_BYTES) problems.push(tooLong('[]', MAX_BYTES));
  return old?.immutable ? [...immutableProblems(configMap, old), ...problems] : problems;
}

function immutableProblems(configMap: Frozen<ConfigMap>, old: Frozen<ConfigMap>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const detail = 'field is immutable when `immutable` is set';
  if (!configMap.immutable) problems.push(forbiddenField('immutable', detail));
  if (!deepEqual(configMap.data, old.data)) problems.push(forbiddenField('data', detail));
  if (!deepEqual(configMap.binaryData, old.binaryData)) problems.push(forbiddenField('binaryData', detail));
  return problems;
}

export const definition: ResourceDefinition<ConfigMap> = {
  resource: 'configmaps',
  rechecksGenerateName: true,
  validate,
  cells: (configMap, nowMs) => [
    configMap.metadata.name,
    Object.keys(configMap.data ?? {}).length + Object.keys(configMap.binaryData ?? {}).length,
    since(configMap.metadata.creationTimestamp, nowMs),
  ],
};
