/** What an autoscaler scales, through the scale subresource of whatever kind it is. */
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import type { ServedResource } from '../../server/kube/transport.ts';
import type { CrossVersionObjectReference, Scale } from '../../server/kube/types.gen.ts';
import type { Client } from '../lib/client.ts';
import { noMatch } from './served-metrics.ts';

export interface Target {
  readonly resource: string;
  readonly key: Key;
  readonly scale: Frozen<Scale>;
}

/** client-go's DefaultRetry, which a second or two of conflicts do not exhaust. */
const ATTEMPTS = 5;

/**
 * The first version that knows the object; only the group of the reference counts.
 *
 * @throws Error that says why there is no scale
 */
export async function findTarget(
  reference: Frozen<CrossVersionObjectReference>,
  namespace: string,
  client: Client,
): Promise<Target> {
  const { apiVersion = '', kind, name } = reference;
  const parts = apiVersion.split('/');
  if (parts.length > 2) throw new Error(`unexpected GroupVersion string: ${apiVersion}`);
  const group = parts.length === 2 ? (parts[0] ?? '') : '';
  const isMeant = (resource: ServedResource): boolean => resource.kind === kind && resource.group === group;
  const served = (await client.resources()).filter(isMeant).sort((a, b) => Number(b.preferred) - Number(a.preferred));
  let first: unknown = new Error(noMatch(kind, group));
  for (const [i, { id, namespaced }] of served.entries()) {
    const key = { namespace: namespaced ? namespace : '', name };
    try {
      return { resource: id, key, scale: await client.get<Scale>(id, key, 'scale') };
    } catch (error) {
      if (i === 0) first = error;
    }
  }
  throw first;
}

/** Sets the number of replicas, whoever else changes the object meanwhile. @throws ApiError */
export async function rescale({ resource, key, scale }: Target, replicas: number, client: Client): Promise<void> {
  let latest = scale;
  for (let attempt = 1; ; attempt++) {
    try {
      const metadata = { ...latest.metadata, ...keyOf(latest) };
      await client.update(resource, { ...latest, metadata, spec: { replicas } }, 'scale');
      return;
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 409) || attempt === ATTEMPTS) throw error;
      latest = await client.get<Scale>(resource, key, 'scale');
    }
  }
}
