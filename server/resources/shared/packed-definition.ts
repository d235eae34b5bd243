/** How definitions of custom resources are kept: their schemas are long, and few are read again. */
import { deepFreeze, type Frozen } from '../../base/freeze.ts';
import { PackedJson, withLazyField } from '../../base/packed-json.ts';
import { rememberText } from '../../base/shared-text.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '../../kube/types.gen.ts';
import { rememberStructural } from '../../schema/custom/known-structural.ts';

type Spec = CustomResourceDefinition['spec'];
type Version = CustomResourceDefinitionVersion;

/**
 * The definition with its schemas as text. What is shown of it does not change.
 *
 * @param definition that was validated; a spec that is frozen was kept before
 */
export function packedDefinition(definition: CustomResourceDefinition): CustomResourceDefinition {
  const { spec } = definition;
  if (Object.isFrozen(spec)) return definition;
  const whole = new PackedJson<Spec>(spec);
  const packed = (version: Version, i: number): Frozen<Version> =>
    version.schema === undefined
      ? deepFreeze(version)
      : withLazyField(version, 'schema', () => whole.value.versions?.[i]?.schema);
  const kept = deepFreeze({ ...spec, ...(spec.versions && { versions: spec.versions.map(packed) }) }) as Frozen<Spec>;
  rememberText(kept, whole);
  if (!spec.preserveUnknownFields) rememberStructural(kept);
  return { ...definition, spec: kept as Spec };
}
