import type { Key } from '../../../server/kube/object.ts';

/** A pod that goes out to others. */
export interface Origin {
  readonly key: Key;
  readonly address: string;
  readonly node: string;
  /** Policies do not concern it: it is part of its node. */
  readonly hostNetwork: boolean;
}
