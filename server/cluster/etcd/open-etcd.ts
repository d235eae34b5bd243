/** Opens a storage in etcd. Loaded by those who use one. */
import { type Clock, realOf } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { LIMITS } from '../../kube/limits.ts';
import type { TypeTable } from '../../schema/type-table.ts';
import { EtcdClient } from '../../storage/etcd/etcd-client.ts';
import { EtcdStorage } from '../../storage/etcd/etcd-storage.ts';
import { type History, USUAL_HISTORY } from '../../storage/history.ts';
import { type EtcdOptions, etcdOf } from './etcd-options.ts';
import { ObjectFormat } from './object-format.ts';

export interface OpenEtcd {
  /** `etcd://127.0.0.1:2379` */
  readonly storage: string;
  readonly options: EtcdOptions;
  readonly table: TypeTable;
  readonly clock: Clock;
  readonly log: Logger;
  readonly history?: History | undefined;
}

/**
 * Older ones tell of progress before they have sent everything (kube-apiserver's RequestWatchProgress).
 *
 * @throws Error
 */
function checkVersion(version: string): void {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
  if (major > 3 || minor > 5 || (minor === 5 && patch >= 13)) return;
  throw new Error(`it is etcd ${version}, and has to be 3.5.13 or newer`);
}

/** @throws Error that says which servers cannot be used, and why */
export async function openEtcd(parts: OpenEtcd): Promise<EtcdStorage> {
  const { storage, options, table, clock, log, history = USUAL_HISTORY } = parts;
  const servers = etcdOf(storage, options);
  const timeoutMs = LIMITS.etcdCallMs;
  const client = new EtcdClient({ ...servers, clock: realOf(clock), timeoutMs });
  const format = new ObjectFormat(table, options.prefix, options.mediaType);
  try {
    const version = await client.status();
    checkVersion(version);
    log.info({ endpoints: servers.endpoints, version, prefix: format.root }, 'everything is kept in etcd');
    return await EtcdStorage.open({
      client,
      format,
      clock,
      log,
      timeoutMs,
      history,
      compactionMs: history.ageMs,
    });
  } catch (error) {
    client.close();
    throw new Error(`etcd at ${servers.endpoints.join(', ')} cannot be used: ${(error as Error).message}`);
  }
}
