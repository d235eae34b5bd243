import { collectionPath, KINDS, NAMESPACE, sampleOf } from './kinds.ts';
import type { Target } from './request.ts';
import type { Json } from './values.ts';

async function make(target: Target, path: string, object: Record<string, Json>): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const { status, text } = await target.send({ method: 'POST', url: path, headers, body: JSON.stringify(object) });
  // What a controller or an earlier run made is as good.
  if (status !== 201 && status !== 409) throw new Error(`POST ${path}: ${status} ${text}`);
}

const MORE = ['fuzz-a', 'fuzz-b', 'fuzz-c'];

/** Makes one object of every kind, and some more for lists to have pages. */
export async function makeSamples(target: Target): Promise<void> {
  await make(target, '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
  await make(target, `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, { metadata: { name: 'default' } });
  for (const kind of KINDS) {
    if (kind.sample.unmade !== undefined) continue;
    await make(target, collectionPath(kind), sampleOf(kind));
  }
  for (const id of ['/v1/configmaps', '/v1/secrets', 'apps/v1/deployments']) {
    const kind = KINDS.find((one) => one.id === id);
    if (!kind) continue;
    for (const name of MORE) {
      const object = sampleOf(kind);
      (object.metadata as Record<string, Json>).name = name;
      await make(target, collectionPath(kind), object);
    }
  }
}
