import type { Client } from '../../../controllers/lib/client.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { Key, KubeObject } from '../../../server/kube/object.ts';

/** What cases of controllers are played through: a real server or a test cluster. */
export interface CaseApi {
  create(resource: string, object: KubeObject): Promise<Frozen<KubeObject>>;
  list(resource: string, namespace: string): Promise<readonly Frozen<KubeObject>[]>;
  remove(resource: string, key: Key, propagationPolicy: 'Background' | 'Foreground' | 'Orphan'): Promise<void>;
  /** Resolves when the controllers have had enough time. */
  settle(): Promise<void>;
}

/** The API of a test cluster. */
export function clientApi(client: Client, settle: () => Promise<void>): CaseApi {
  return {
    create: (resource, object) => client.create(resource, object),
    list: (resource, namespace) => client.list(resource, namespace),
    remove: (resource, key, propagationPolicy) => client.delete(resource, key, { propagationPolicy }),
    settle,
  };
}
