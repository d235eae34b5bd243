/** The controller revisions that stateful sets and daemon sets keep of their templates. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type { ControllerRevision, DaemonSet, StatefulSet } from '../../server/kube/types.gen.ts';
import { revisionHash, templatePatch } from '../../server/schema/hash/template-revision.ts';
import { type ControllerKind, controllerRefTo } from './adopt.ts';
import type { ControllerEnv } from './controller.ts';

export const STATEFUL_SET: ControllerKind = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  resource: 'apps/v1/statefulsets',
};

export const DAEMON_SET: ControllerKind = { apiVersion: 'apps/v1', kind: 'DaemonSet', resource: 'apps/v1/daemonsets' };

/** apps.ControllerRevisionHashLabelKey, on the pods of both kinds and on the revisions of daemon sets. */
export const HASH = 'controller-revision-hash';
/** history.ControllerRevisionHashLabel, on the revisions of stateful sets. */
const STATEFUL_SET_HASH = 'controller.kubernetes.io/hash';

/** Names of revisions have place for a hash behind it (history.ControllerRevisionName). */
const PREFIX_MAX = 223;

function revisionOf(
  owner: Frozen<StatefulSet> | Frozen<DaemonSet>,
  kind: ControllerKind,
  data: string,
  revision: number,
  named: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
): ControllerRevision {
  const { namespace = '', annotations } = owner.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: named.name,
      namespace,
      labels: { ...owner.spec.template.metadata.labels, ...named.labels },
      ...(annotations && { annotations: { ...annotations } }),
      ownerReferences: [controllerRefTo(owner as Frozen<KubeObject>, kind)],
    },
    data: JSON.parse(data),
    revision,
  };
}

/**
 * The revision of a stateful set's template. When its name is taken by other data, the next collision count gives
 * another name; the hash in the label stays that of the count in the set's status.
 */
export function statefulSetRevision(
  set: Frozen<StatefulSet>,
  revision: number,
  collisionCount = set.status?.collisionCount ?? 0,
): ControllerRevision {
  const data = templatePatch(set.spec.template);
  const { name = '' } = set.metadata;
  return revisionOf(set, STATEFUL_SET, data, revision, {
    name: `${name.slice(0, PREFIX_MAX)}-${revisionHash(data, collisionCount)}`,
    labels: { [STATEFUL_SET_HASH]: revisionHash(data, set.status?.collisionCount ?? 0) },
  });
}

/** The revision of a daemon set's template, named by the hash of the template as a replica set is. */
export function daemonSetRevision(
  set: Frozen<DaemonSet>,
  revision: number,
  { hashTemplate }: Pick<ControllerEnv, 'hashTemplate'>,
): ControllerRevision {
  const { template } = set.spec;
  const hash = hashTemplate(template, set.status?.collisionCount);
  const name = `${set.metadata.name ?? ''}-${hash}`;
  return revisionOf(set, DAEMON_SET, templatePatch(template), revision, { name, labels: { [HASH]: hash } });
}
