/**
 * flowcontrol.apiserver.k8s.io/v1beta3, which servers had by default until 1.31: the objects of v1 under another name.
 * Shares are no pointer there, so that zero means the default, unless an annotation says that it is meant
 * (pkg/apis/flowcontrol/v1beta3/conversion.go).
 */
import { type Frozen, getOwn, setOwn, thaw } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { PriorityLevelConfiguration } from '../../kube/types.gen.ts';
import type { VersionConversion } from '../../registry/resource.ts';

export const V1BETA3 = 'flowcontrol.apiserver.k8s.io/v1beta3';
const V1 = 'flowcontrol.apiserver.k8s.io/v1';

/** On a priority level of v1beta3 whose zero shares are meant. */
export const PRESERVE_ZERO = 'flowcontrol.k8s.io/preserve-zero-concurrency-shares';

type Level = PriorityLevelConfiguration & KubeObject;

const deprecationOf = (kind: string): string =>
  `${V1BETA3} ${kind} is deprecated in v1.29+, unavailable in v1.32+; use ${V1} ${kind}`;

/** FlowSchemas are the same in both. */
export const schemaV1beta3: VersionConversion = {
  deprecation: deprecationOf('FlowSchema'),
  toStored: (object) => ({ ...object, apiVersion: V1 }),
  fromStored: (object) => ({ ...thaw<KubeObject>(object), apiVersion: V1BETA3 }),
};

export const levelV1beta3: VersionConversion = {
  deprecation: deprecationOf('PriorityLevelConfiguration'),
  toStored(object) {
    const level = object as unknown as Level;
    const limited: { nominalConcurrencyShares?: number | null } | undefined = level.spec.limited;
    const isMeant = getOwn(level.metadata.annotations, PRESERVE_ZERO) !== undefined;
    if (limited && limited.nominalConcurrencyShares === 0 && !isMeant) delete limited.nominalConcurrencyShares;
    if (isMeant) {
      const { annotations = {}, ...metadata } = level.metadata;
      const others = Object.entries(annotations).filter(([key]) => key !== PRESERVE_ZERO);
      const rest = others.length > 0 && { annotations: Object.fromEntries(others) };
      return { ...object, apiVersion: V1, metadata: { ...metadata, ...rest } };
    }
    return { ...object, apiVersion: V1 };
  },
  fromStored(object) {
    const level = thaw<Level>(object as Frozen<Level>);
    if (level.spec.limited && !level.spec.limited.nominalConcurrencyShares) {
      level.metadata.annotations ??= {};
      setOwn(level.metadata.annotations, PRESERVE_ZERO, '');
    }
    return { ...(level as KubeObject), apiVersion: V1BETA3 };
  },
};
