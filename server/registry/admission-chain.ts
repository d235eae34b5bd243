import type { Frozen } from '../base/freeze.ts';
import type { Key, KubeObject, User } from '../kube/object.ts';
import type { ResourceInfo } from '../schema/type-table.ts';

/** What admission looks at: one write, before it happens. */
export interface Review {
  readonly operation: 'create' | 'update' | 'delete' | 'connect';
  readonly info: ResourceInfo;
  readonly subresource: string | undefined;
  readonly key: Key;
  readonly user: User;
  readonly dryRun: boolean;
  /** The object that would be stored; mutating plugins change it. */
  readonly object?: KubeObject;
  readonly old?: Frozen<KubeObject>;
  readonly warn: (text: string) => void;
  /** Calls back once it is known whether the write was made. */
  readonly onSettled?: (callback: () => void) => void;
}

/** A plugin and the chain of all of them have the same two methods. */
export interface AdmissionChain {
  /** Changes `review.object`. @throws ApiError to refuse */
  mutate(review: Review): Promise<void>;
  /** @throws ApiError to refuse */
  validate(review: Review): Promise<void>;
}
