// Records what a real garbage collector leaves of objects that own each other.
import type { Frozen } from '../../../server/base/freeze.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import { type OwnershipCase, playOwnership } from '../../support/controller-cases/ownership.ts';
import { ask, inNamespace, record } from './oracle.ts';
import { oracleApi } from './oracle-api.ts';

const NOBODY = '11111111-2222-3333-4444-555555555555';
const HOLD = ['example.com/hold'];

const CASES: readonly OwnershipCase[] = [
  {
    name: 'absent owner',
    things: [{ name: 'a' }, { name: 'b', owners: [{ of: 'a', as: { name: 'nobody', uid: NOBODY } }] }],
  },
  { name: 'wrong uid', things: [{ name: 'a' }, { name: 'b', owners: [{ of: 'a', as: { uid: NOBODY } }] }] },
  { name: 'wrong name', things: [{ name: 'a' }, { name: 'b', owners: [{ of: 'a', as: { name: 'x' } }] }] },
  { name: 'wrong kind', things: [{ name: 'a' }, { name: 'b', owners: [{ of: 'a', as: { kind: 'Secret' } }] }] },
  {
    name: 'unknown kind',
    things: [{ name: 'a' }, { name: 'b', owners: [{ of: 'a', as: { apiVersion: 'example.com/v1' } }] }],
  },
  {
    name: 'absent besides existing owner',
    things: [{ name: 'a' }, { name: 'b', owners: [{ of: 'a' }, { of: 'a', as: { name: 'nobody', uid: NOBODY } }] }],
  },
  {
    name: 'owner in another namespace',
    things: [{ name: 'a' }, { name: 'b', elsewhere: true, owners: [{ of: 'a' }] }],
  },
  {
    name: 'cluster-scoped object with a namespaced owner',
    things: [{ name: 'a' }, { name: 'b', kind: 'PriorityClass', owners: [{ of: 'a' }] }],
    remove: { name: 'a', policy: 'Background' },
  },
  {
    name: 'cluster-scoped owner',
    things: [
      { name: 'a', kind: 'PriorityClass' },
      { name: 'b', owners: [{ of: 'a' }] },
      { name: 'c', kind: 'Secret', elsewhere: true, owners: [{ of: 'a' }] },
    ],
    remove: { name: 'a', policy: 'Background' },
  },
  ...(['Background', 'Foreground', 'Orphan'] as const).map((policy) => ({
    name: `${policy}: three generations, one of which is held`,
    things: [
      { name: 'a' },
      { name: 'b', owners: [{ of: 'a', blocks: true }] },
      { name: 'c', kind: 'Secret' as const, owners: [{ of: 'b', blocks: true }], finalizers: HOLD },
      { name: 'd', owners: [{ of: 'c' }] },
    ],
    remove: { name: 'a', policy },
  })),
  ...(['Background', 'Foreground', 'Orphan'] as const).map((policy) => ({
    name: `${policy}: two owners`,
    things: [
      { name: 'a' },
      { name: 'b' },
      {
        name: 'c',
        owners: [
          { of: 'a', blocks: true },
          { of: 'b', blocks: true },
        ],
      },
    ],
    remove: { name: 'a', policy },
  })),
  {
    name: 'Foreground: a held dependent that does not block',
    things: [{ name: 'a' }, { name: 'b', owners: [{ of: 'a', blocks: false }], finalizers: HOLD }],
    remove: { name: 'a', policy: 'Foreground' },
  },
];

await inNamespace('golden-gc-1', (first) =>
  inNamespace('golden-gc-2', async (second) => {
    const namespaces = [first, second].map((path) => path.split('/').at(-1) ?? '') as [string, string];
    const cases = [];
    for (const one of CASES) {
      cases.push({ ...one, ...(await playOwnership(one, namespaces, oracleApi(4000))) });
      await clear(namespaces);
    }
    await record('test/golden/controllers/garbage-collector.json', cases);
  }),
);

/** Nothing of a case may be left for the next one. */
async function clear(namespaces: readonly string[]): Promise<void> {
  const paths = namespaces.flatMap((name) =>
    ['configmaps', 'secrets', 'events'].map((plural) => `/api/v1/namespaces/${name}/${plural}`),
  );
  for (const path of [...paths, '/apis/scheduling.k8s.io/v1/priorityclasses']) {
    const { items } = (await ask('GET', path)).json as { items: Frozen<KubeObject>[] };
    for (const { metadata } of items) {
      if (!path.includes('golden') && !metadata.name?.startsWith('golden')) continue;
      if (metadata.name === 'kube-root-ca.crt') continue;
      await ask(
        'PATCH',
        `${path}/${metadata.name}`,
        { metadata: { finalizers: null } },
        'application/merge-patch+json',
      );
      await ask('DELETE', `${path}/${metadata.name}`);
    }
  }
}
