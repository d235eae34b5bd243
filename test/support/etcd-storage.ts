/** Storages on a real etcd. */
import { type Clock, systemClock } from '../../server/base/clock.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import { EtcdClient } from '../../server/storage/etcd/etcd-client.ts';
import type { EtcdOptions } from '../../server/storage/etcd/etcd-model.ts';
import { EtcdStorage } from '../../server/storage/etcd/etcd-storage.ts';
import type { EtcdFormat } from '../../server/storage/etcd/format.ts';
import { LogCollector } from './stored.ts';

/** Keys as they are, below a folder of their own. */
export const plainFormat = (root: string): EtcdFormat => ({
  root,
  pathOf: (key) => root + key,
  keyOf: (path) => path.slice(root.length),
  encode: (_key, { metadata: { resourceVersion: _revision, ...metadata }, ...rest }) =>
    Buffer.from(JSON.stringify({ ...rest, metadata })),
  decode: (_key, bytes) => JSON.parse(bytes.toString()) as KubeObject,
});

export interface StorageOptions extends Partial<Omit<EtcdOptions, 'client' | 'log'>> {
  readonly log?: LogCollector;
  readonly client?: EtcdClient;
  /** Of the keys; unless there is a format. */
  readonly root?: string;
}

export const etcdClient = (url: string, timeoutMs = 10_000): EtcdClient =>
  new EtcdClient({ endpoints: [url], clock: systemClock(), timeoutMs });

/** @example const storage = await openEtcdStorage(etcd.url); */
export function openEtcdStorage(url: string, options: StorageOptions = {}): Promise<EtcdStorage> {
  const realClock: Clock = systemClock();
  const { root = '/test/', timeoutMs = 10_000, client = etcdClient(url, timeoutMs) } = options;
  const defaults = { clock: realClock, realClock, format: plainFormat(root), log: new LogCollector() };
  return EtcdStorage.open({ ...defaults, ...options, client, timeoutMs });
}

/** A call of etcd's JSON gateway, for what the server itself has no need of: `/v3/auth/enable`. */
export async function callEtcd(url: string, path: string, body: object = {}): Promise<Record<string, unknown>> {
  const response = await fetch(url + path, { method: 'POST', body: JSON.stringify(body) });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  return answer;
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
