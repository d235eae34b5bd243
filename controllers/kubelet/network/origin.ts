import { isIPv6 } from 'node:net';
import type { Key } from '../../../server/kube/object.ts';

/** A pod that goes out to others. */
export interface Origin {
  readonly key: Key;
  /** As whom it is seen. */
  readonly address: string;
  /** One of each family that it has. */
  readonly addresses: readonly string[];
  readonly node: string;
  /** Policies do not concern it: it is part of its node. */
  readonly hostNetwork: boolean;
}

/** A pod as it is seen at an address: it goes there from its own one of the same family. */
export function towards(origin: Origin, target: string): Origin {
  if (isIPv6(origin.address) === isIPv6(target)) return origin;
  const address = origin.addresses.find((own) => isIPv6(own) === isIPv6(target));
  return address === undefined ? origin : { ...origin, address };
}
