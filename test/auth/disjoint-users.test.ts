import { expect, test } from 'vitest';
import type { Frozen } from '../../server/base/freeze.ts';
import { type Random, seededRandom } from '../../server/base/random.ts';
import { LocalTransport } from '../../server/cluster/local-transport.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { KubeObject, User } from '../../server/kube/object.ts';
import { create, grant, securedCluster } from '../support/secured-cluster.ts';

/** Each user has one namespace, and in it one kind that the other user may not even look at. */
const USERS = [
  { name: 'ann', namespace: 'a', resource: 'configmaps' },
  { name: 'ben', namespace: 'b', resource: 'secrets' },
] as const;
const NAMESPACES = ['a', 'b', 'default', ''];
const RESOURCES = ['configmaps', 'secrets', 'services'];
const NAMES = ['one', 'two', 'three'];
const VERBS = ['get', 'list', 'create', 'update', 'patch', 'delete', 'deletecollection'] as const;
const REQUESTS = 10_000;

/** What is stored, by `resource/namespace/name`: who wrote it last. */
type Model = Map<string, string>;

const pick = <T>(values: readonly T[], random: Random): T => values[Math.floor(random.fraction() * values.length)] as T;

test('two users with disjoint roles never see or change what belongs to the other', async () => {
  await using cluster = await securedCluster();
  const random = seededRandom(7);
  const model: Model = new Map();
  for (const { name, namespace, resource } of USERS) {
    await create(cluster, '/api/v1/namespaces', { metadata: { name: namespace } });
    const rules = [{ verbs: ['*'], apiGroups: [''], resources: [resource] }];
    await grant(cluster, namespace, name, { kind: 'User', name, apiGroup: 'rbac.authorization.k8s.io' }, rules);
  }
  const transports = USERS.map(({ name }) => {
    const user: User = { name, groups: ['system:authenticated'] };
    return new LocalTransport(cluster.cluster.pipeline, user, 'test');
  });
  const answered = { allowed: 0, refused: 0 };
  for (let i = 0; i < REQUESTS; i++) {
    const who = random.fraction() < 0.5 ? 0 : 1;
    const me = USERS[who];
    const [namespace, resource, name, verb] = [
      pick(NAMESPACES, random),
      pick(RESOURCES, random),
      pick(NAMES, random),
      pick(VERBS, random),
    ];
    const isMine = namespace === me.namespace && resource === me.resource;
    const isMany = verb === 'list' || verb === 'create' || verb === 'deletecollection';
    if (namespace === '' && verb !== 'list') continue;
    const body = ['create', 'update', 'patch'].includes(verb) ? written(name, namespace, me.name) : undefined;
    const request = { verb, resource: `v1/${resource}`, key: { namespace, name: isMany ? '' : name }, body };
    const at = `${resource}/${namespace}/`;
    const outcome = await answer(transports[who], request);
    if (!isMine) {
      expect([request, outcome.code]).toEqual([request, 403]);
      answered.refused++;
      continue;
    }
    answered.allowed++;
    expect([request, outcome.code]).toEqual([request, expectedCode(verb, at + name, model)]);
    if (verb === 'list') expect(namesOf(outcome.items)).toEqual(keysBelow(at, model));
    change(verb, at, name, me.name, outcome.code, model);
  }
  expect(answered.allowed).toBeGreaterThan(500);
  expect(answered.refused).toBeGreaterThan(5000);
  const admin = new LocalTransport(cluster.cluster.pipeline, { name: 'root', groups: ['system:masters'] }, 'test');
  for (const { name, namespace, resource } of USERS) {
    const { items } = await admin.list({ resource: `v1/${resource}`, namespace });
    expect(items.map(({ metadata }) => metadata.annotations)).toEqual(items.map(() => ({ by: name })));
    expect(namesOf(items)).toEqual(keysBelow(`${resource}/${namespace}/`, model));
  }
}, 120_000);

const written = (name: string, namespace: string, by: string): KubeObject => ({
  metadata: { name, namespace, annotations: { by } },
});

interface Asked {
  readonly verb: (typeof VERBS)[number];
  readonly resource: string;
  readonly key: { readonly namespace: string; readonly name: string };
  readonly body: KubeObject | undefined;
}

interface Outcome {
  readonly code: number;
  readonly items?: readonly Frozen<KubeObject>[];
}

async function answer(transport: LocalTransport | undefined, { verb, resource, key, body }: Asked): Promise<Outcome> {
  try {
    if (verb === 'list')
      return { code: 200, items: (await transport?.list({ resource, namespace: key.namespace }))?.items ?? [] };
    await transport?.send({
      verb,
      resource,
      key,
      ...(body && { body }),
      ...(verb === 'patch' && { patchType: 'merge' }),
    });
    return { code: 200 };
  } catch (error) {
    if (error instanceof ApiError) return { code: error.code };
    throw error;
  }
}

function expectedCode(verb: string, key: string, model: Model): number {
  if (verb === 'list' || verb === 'deletecollection') return 200;
  const exists = model.has(key);
  if (verb === 'create') return exists ? 409 : 200;
  return exists ? 200 : 404;
}

function change(verb: string, at: string, name: string, by: string, code: number, model: Model): void {
  if (code !== 200) return;
  if (verb === 'create' || verb === 'update' || verb === 'patch') model.set(at + name, by);
  if (verb === 'delete') model.delete(at + name);
  if (verb === 'deletecollection') for (const key of model.keys()) if (key.startsWith(at)) model.delete(key);
}

const keysBelow = (at: string, model: Model): string[] =>
  [...model.keys()]
    .filter((key) => key.startsWith(at))
    .map((key) => key.slice(at.length))
    .sort();

const namesOf = (items: readonly Frozen<KubeObject>[] = []): string[] =>
  items.map(({ metadata }) => metadata.name ?? '').sort();
