import type { User } from '../../kube/object.ts';
import type { Catalog } from '../../registry/catalog.ts';
import type { Authorize } from '../../schema/cel/library/authorizer.ts';
import type { Storage } from '../../storage/storage.ts';
import type { AdmissionEnv } from '../plugin.ts';

/** What policies need of the cluster around them. */
export interface PolicyEnv extends Pick<AdmissionEnv, 'find'> {
  /** There is none before the first request. */
  readonly catalog: () => Catalog;
  /** What `authorizer` answers about somebody. */
  readonly authorizeAs: (user: User) => Authorize;
  readonly storage: Pick<Storage, 'list' | 'watch'>;
}
