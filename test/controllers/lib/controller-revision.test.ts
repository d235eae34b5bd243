import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { daemonSetRevision, statefulSetRevision } from '../../../controllers/lib/controller-revision.ts';
import type { ControllerRevision, DaemonSet, PodTemplateSpec, StatefulSet } from '../../../server/kube/types.gen.ts';
import { podTemplateHash } from '../../../server/schema/hash/pod-template-hash.ts';
import { templatePatch } from '../../../server/schema/hash/template-revision.ts';
import { create, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

interface Recorded {
  readonly kind: 'StatefulSet' | 'DaemonSet';
  readonly case: string;
  readonly asked: { readonly annotations?: Record<string, string>; readonly template: PodTemplateSpec };
  readonly collisionCount?: number;
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly owner: object;
  readonly revision: number;
  readonly data: string;
}

/** Sets as a real server stores them, with the revisions that their controllers made. */
const GOLDEN = new URL('../../golden/controllers/controller-revisions.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(GOLDEN, 'utf8')) as { cases: Recorded[] };

const SETS = '/apis/apps/v1/namespaces/default';

let cluster: SecuredCluster;
beforeAll(async () => {
  cluster = await securedCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

/** The set as this server stores it. */
async function stored({ kind, case: label, asked, name }: Recorded): Promise<StatefulSet | DaemonSet> {
  const [, set = ''] = /^(.*)-[^-]+$/.exec(name) ?? [];
  const metadata = { name: set, annotations: asked.annotations };
  const spec = { selector: { matchLabels: { case: label } }, template: asked.template };
  const body = { metadata, spec: kind === 'StatefulSet' ? { ...spec, serviceName: 's' } : spec };
  const answer = await create(cluster, `${SETS}/${kind.toLowerCase()}s`, body);
  return answer as StatefulSet | DaemonSet;
}

function revisionOf({ kind, revision, collisionCount }: Recorded, set: StatefulSet | DaemonSet): ControllerRevision {
  if (kind === 'StatefulSet') return statefulSetRevision(set as StatefulSet, revision, collisionCount);
  const collided = { ...set, status: { ...set.status, collisionCount } } as DaemonSet;
  return daemonSetRevision(collided, revision, { hashTemplate: podTemplateHash });
}

describe('the controller revision of', () => {
  test.each(cases.map((one) => [one.case, one] as const))('%s', async (_, recorded) => {
    const set = await stored(recorded);
    expect(templatePatch(set.spec.template)).toBe(recorded.data);
    const { name, labels, annotations, owner, data, revision } = recorded;
    expect(revisionOf(recorded, set)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name,
        namespace: 'default',
        labels,
        annotations,
        ownerReferences: [{ ...owner, uid: set.metadata.uid }],
      },
      data: JSON.parse(data),
      revision,
    });
  });
});

test('the name of a revision has place for the hash', async () => {
  const [recorded] = cases as [Recorded];
  const set = (await stored({ ...recorded, name: 'x-y' })) as StatefulSet;
  const named = { ...set, metadata: { ...set.metadata, name: 'n'.repeat(250) } };
  expect(statefulSetRevision(named, 1).metadata.name).toMatch(/^n{223}-[a-z0-9]+$/);
});
