/** Flags of `fauxkube start` that say where everything is kept, besides `--data-dir`: kube-apiserver's. */
import type { Option } from 'commander';
import { type EtcdOptions, MEDIA_TYPES, type MediaType } from '../cluster/etcd/etcd-options.ts';
import type { StartOptions } from '../start-options.ts';

export interface StorageFlags {
  readonly storage?: string;
  readonly etcdPrefix?: string;
  readonly etcdCafile?: string;
  readonly etcdCertfile?: string;
  readonly etcdKeyfile?: string;
  readonly storageMediaType?: MediaType;
}

/** @param flag makes an option that is an environment variable too */
export function storageFlags(flag: (flags: string, description: string) => Option): Option[] {
  return [
    flag('--storage <servers>', 'keep everything in etcd: etcd://127.0.0.1:2379, etcd://a:2379,b:2379'),
    flag('--etcd-prefix <prefix>', 'what its keys begin with: /registry unless given'),
    flag('--etcd-cafile <file>', 'who has signed its certificate'),
    flag('--etcd-certfile <file>', 'certificate that it knows this server by'),
    flag('--etcd-keyfile <file>', 'key of that certificate'),
    flag('--storage-media-type <type>', 'form of objects there: application/json unless given').choices([
      ...MEDIA_TYPES,
    ]),
  ];
}

/** What the flags say, for `startCluster()`. */
export function storageOptionsOf(flags: StorageFlags): Pick<StartOptions, 'storage' | 'etcd'> {
  const { storage, etcdPrefix, etcdCafile, etcdCertfile, etcdKeyfile, storageMediaType } = flags;
  const etcd: EtcdOptions = {
    ...(etcdPrefix !== undefined && { prefix: etcdPrefix }),
    ...(etcdCafile !== undefined && { caFile: etcdCafile }),
    ...(etcdCertfile !== undefined && { certFile: etcdCertfile }),
    ...(etcdKeyfile !== undefined && { keyFile: etcdKeyfile }),
    ...(storageMediaType !== undefined && { mediaType: storageMediaType }),
  };
  return { ...(storage !== undefined && { storage }), ...(Object.keys(etcd).length > 0 && { etcd }) };
}
