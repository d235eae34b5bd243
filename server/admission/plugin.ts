import type { User } from '../kube/object.ts';
import type { Review } from '../registry/admission-chain.ts';
import type { RegistryEnv } from '../registry/resource.ts';

/** What a plugin asks the authorizer: whether somebody may do something. */
export interface AccessQuestion {
  readonly user: User;
  readonly verb: string;
  readonly resource: {
    readonly group: string;
    readonly version: string;
    readonly resource: string;
    readonly subresource: string;
    readonly namespace: string;
    readonly name: string;
  };
}

/** What plugins may use besides the review. */
export interface AdmissionEnv extends Pick<RegistryEnv, 'find' | 'list' | 'random'> {
  authorize(question: AccessQuestion): { readonly allowed: boolean; readonly reason: string };
}

/** The part of a review that is the same for every write of its kind. */
export type KindOfReview = Pick<Review, 'operation' | 'info' | 'subresource'>;

/** One admission plugin: a file of its own, and a line in `plugins.ts`. */
export interface AdmissionPlugin {
  /** Upstream's name. */
  readonly name: string;
  /** Whether the plugin looks at such writes at all. The answer is remembered: it may depend on nothing else. */
  handles(kind: KindOfReview): boolean;
  /** Whether `mutate` gets deletions too, which have no object. */
  readonly mutatesDeletions?: boolean;
  /** Changes `review.object`. @throws ApiError to refuse */
  mutate?(review: Review): void | Promise<void>;
  /** Looks at the final object. @throws ApiError to refuse */
  validate?(review: Review): void | Promise<void>;
}

/** Writes of the objects of one resource, not of its subresources. */
export function isObjectOf({ info, subresource }: KindOfReview, resource: string, group = ''): boolean {
  return subresource === undefined && info.resource === resource && info.group === group;
}
