import type { Frozen } from '../base/freeze.ts';
import type { Key, KubeObject, User } from '../kube/object.ts';
import type { ResourceInfo } from '../schema/type-table.ts';
import type { AdmissionChain, Asked, Review } from './admission-chain.ts';
import type { DeleteOptions } from './resource.ts';

/** How a write is made, besides the object. */
export interface WriteOptions {
  readonly user: User;
  readonly dryRun: boolean;
  readonly admission: AdmissionChain;
  readonly subresource?: string | undefined;
  /** Which rules hold: those of the object, of its status, or only the subresource's own. The object's unless given. */
  readonly rules?: 'object' | 'status' | 'subresource' | undefined;
  readonly warn: (text: string) => void;
  readonly asked?: Asked | undefined;
  readonly annotate?: Review['annotate'];
  /** Set by the store, see `settling`. */
  readonly onSettled?: Review['onSettled'];
}

/** What a write is about. */
interface Subject {
  readonly object?: KubeObject;
  readonly old?: Frozen<KubeObject>;
  /** Of the object unless given. */
  readonly key?: Key;
  readonly deleteOptions?: DeleteOptions;
}

/** What admission looks at before a write. All reviews have the same fields: each is made and read many times. */
export function reviewOf(
  operation: Review['operation'],
  info: ResourceInfo,
  write: WriteOptions,
  { object, old, key, deleteOptions }: Subject,
): Review {
  const meta = (object ?? old)?.metadata;
  return {
    operation,
    info,
    subresource: write.subresource,
    key: key ?? { namespace: meta?.namespace ?? '', name: meta?.name ?? '' },
    user: write.user,
    dryRun: write.dryRun,
    object,
    old,
    asked: write.asked,
    deleteOptions,
    warn: write.warn,
    annotate: write.annotate,
    onSettled: write.onSettled,
  };
}

/** Makes a write, and then calls those back that wait to know whether it was made. */
export async function settling<T>(write: WriteOptions, make: (write: WriteOptions) => Promise<T>): Promise<T> {
  const waiting: (() => void)[] = [];
  const onSettled = (callback: () => void): void => {
    waiting.push(callback);
  };
  try {
    const { user, dryRun, admission, subresource, rules, warn, asked, annotate } = write;
    return await make({ user, dryRun, admission, subresource, rules, warn, asked, annotate, onSettled });
  } finally {
    for (const callback of waiting) callback();
  }
}
