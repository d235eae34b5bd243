import type { Frozen } from '../base/freeze.ts';
import type { MetricFamily } from '../base/metrics-text.ts';
import type { Key, KubeObject, User } from '../kube/object.ts';
import type { ResourceInfo, TypeDescription } from '../schema/type-table.ts';
import type { DeleteOptions } from './resource.ts';

/** The request behind a write, as far as admission tells others about it. */
export interface Asked {
  /** What the URL names: the version that the client speaks, and the name if there is one. */
  readonly info: { readonly group: string; readonly version: string; readonly resource: string; readonly name: string };
  readonly query: URLSearchParams;
}

/** What the objects of a review are, where they are none of the resource: the Scale of a Deployment, an Eviction. */
export interface ReviewForm {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly type: TypeDescription;
}

/**
 * Plugins that change objects may have to look again at what others changed after them: the chain then runs a second
 * time (reinvocationContext).
 */
export interface Reinvocation {
  /** Set by a plugin that wants the second run. */
  wanted: boolean;
  /** Whether this is the second run. */
  readonly isSecond: boolean;
}

/** What admission looks at: one write, before it happens. */
export interface Review {
  readonly operation: 'create' | 'update' | 'delete' | 'connect';
  readonly info: ResourceInfo;
  readonly subresource: string | undefined;
  readonly key: Key;
  readonly user: User;
  readonly dryRun: boolean;
  /** The object that would be stored; mutating plugins change it. */
  readonly object?: KubeObject | undefined;
  readonly old?: Frozen<KubeObject> | undefined;
  readonly form?: ReviewForm;
  readonly asked?: Asked | undefined;
  readonly deleteOptions?: DeleteOptions | undefined;
  readonly warn: (text: string) => void;
  /** Calls back once it is known whether the write was made. */
  readonly onSettled?: ((callback: () => void) => void) | undefined;
  /** Adds an annotation to the audit event of the request; the first value of a key stays. */
  readonly annotate?: ((key: string, value: string) => void) | undefined;
  /** Set by the chain. */
  reinvocation?: Reinvocation;
}

/** A plugin and the chain of all of them have the same two methods. */
export interface AdmissionChain {
  /** Changes `review.object`. @throws ApiError to refuse */
  mutate(review: Review): Promise<void>;
  /** @throws ApiError to refuse */
  validate(review: Review): Promise<void>;
  /** What was counted, for `/metrics`. */
  families?(): MetricFamily[];
  /** Forgets it. */
  resetMetrics?(): void;
}
