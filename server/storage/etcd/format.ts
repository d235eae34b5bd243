import type { Frozen } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';

/** Under which keys etcd holds what, and as which bytes. */
export interface EtcdFormat {
  /** What all keys begin with: `/registry/`. */
  readonly root: string;
  /** The bucket that everything else needs to be understood: its objects come first. */
  readonly firstBucket?: string;
  /** The key in etcd of a key of the storage. */
  pathOf(key: string): string;
  /** The other way round; undefined for what is no object of the storage. */
  keyOf(path: string): string | undefined;
  /** @param value whose resourceVersion is not kept */
  encode(key: string, value: Frozen<KubeObject>): Buffer;
  /** @throws Error for bytes that are no object of that kind */
  decode(key: string, bytes: Buffer): KubeObject;
}

/** The first key behind all those that begin with `prefix`, which ends in a character of one byte. */
export function endOf(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}
