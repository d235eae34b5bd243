import type { KubeObject } from '../kube/object.ts';
import { anyField, fieldInUse, keepKnownFields } from '../schema/known-fields.ts';
import type { ResourceInfo } from '../schema/type-table.ts';
import type { ResourceDefinition } from './resource.ts';

/** What upstream says of what is on its way out: `v1 Endpoints is deprecated in v1.33+; …`. */
const SINCE = /deprecated in v1\.(\d+)\+/;

/** Warnings that do not say since when they are there. */
const LATER_WARNINGS = [{ pattern: /^spec\.trafficDistribution: "PreferClose" is deprecated/, since: 35 }];

/** The resource as it is served and as it is stored, by a server of `1.<minor>`. */
export interface OlderFacts {
  readonly info: ResourceInfo;
  readonly stored: ResourceInfo;
  readonly minor: number;
}

/**
 * A kind's behaviour as an older version has it: what its file sets in fields that came later is taken away again, and
 * rows have the columns of that version.
 */
export function olderDefinition(
  definition: ResourceDefinition,
  { info, stored, minor }: OlderFacts,
): ResourceDefinition {
  const { deprecation, generation, generationSince = 0, ...others } = definition;
  const isSaid = (text: string): boolean => {
    const since = SINCE.exec(text)?.[1] ?? LATER_WARNINGS.find(({ pattern }) => pattern.test(text))?.since ?? 0;
    return Number(since) <= minor;
  };
  const prune = (object: KubeObject): void => keepKnownFields(object, stored.type, fieldInUse);
  return {
    ...others,
    ...(generation && generationSince <= minor && { generation }),
    ...(deprecation !== undefined && isSaid(deprecation) && { deprecation }),
    ...(definition.warnings && {
      warnings: (object, old) => definition.warnings?.(object, old).filter(isSaid) ?? [],
    }),
    ...(definition.cells && { cells: olderCells(definition, info) }),
    fillDefaults(object) {
      definition.fillDefaults?.(object);
      // Managers own what they sent, even when it is dropped later.
      keepKnownFields(object, stored.type, anyField);
    },
    beforeCreate(object, context) {
      prune(object);
      const finish = definition.beforeCreate?.(object, context);
      prune(object);
      return finish;
    },
    beforeUpdate(object, old, context) {
      prune(object);
      const finish = definition.beforeUpdate?.(object, old, context);
      prune(object);
      return finish;
    },
    beforeStatusUpdate(object, old, context) {
      definition.beforeStatusUpdate?.(object, old, context);
      prune(object);
    },
  };
}

function olderCells(
  definition: ResourceDefinition,
  { columns, newestColumns = [] }: ResourceInfo,
): NonNullable<ResourceDefinition['cells']> {
  const { otherCells = {} } = definition;
  const places = columns.map(([name]) => ({ name, index: newestColumns.indexOf(name) }));
  return (object, nowMs, listed) => {
    const newest = definition.cells?.(object, nowMs, listed) ?? [];
    return places.map(({ name, index }) => (index < 0 ? otherCells[name]?.(object) : newest[index]));
  };
}
