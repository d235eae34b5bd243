import type { EtcdClient } from './etcd-client.ts';
import type { EtcdFormat } from './format.ts';

/** Below the prefix, so that whoever may use that may use this, and where no kube-apiserver has a resource. */
const FOLDER = 'fauxkube/';

export const ownKey = (format: EtcdFormat, name: string): string => `${format.root}${FOLDER}${name}`;

/**
 * What all servers share besides objects: the first one makes it, and the others find it.
 *
 * @throws GrpcError
 */
export async function sharedValue(
  client: EtcdClient,
  format: EtcdFormat,
  name: string,
  make: () => string,
): Promise<string> {
  const key = ownKey(format, name);
  const { items } = await client.range({ key });
  const [found] = items;
  if (found) return found.value.toString();
  const value = make();
  const reply = await client.txn(
    [{ key, target: 'version', is: 0 }],
    [{ put: key, value: Buffer.from(value) }],
    [{ read: key }],
  );
  return reply.succeeded ? value : (reply.found?.value.toString() ?? value);
}
