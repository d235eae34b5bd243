import { getOwn } from '../../base/freeze.ts';
import { since } from '../../kube/human-duration.ts';
import type { ServiceAccount } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';

const ENFORCE = 'kubernetes.io/enforce-mountable-secrets';
const DEPRECATED = 'deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets';

/** Only the names of secrets count; they are always in the same namespace. */
function cleanSecrets(account: ServiceAccount): void {
  account.secrets = account.secrets?.map(({ name }) => (name ? { name } : {})) ?? [];
  if (account.secrets.length === 0) delete account.secrets;
}

export const definition: ResourceDefinition<ServiceAccount> = {
  resource: 'serviceaccounts',
  rechecksGenerateName: true,
  beforeCreate(account) {
    cleanSecrets(account);
    return undefined;
  },
  beforeUpdate(account) {
    cleanSecrets(account);
    return undefined;
  },
  warnings({ metadata }, old) {
    const isNew =
      getOwn(metadata.annotations, ENFORCE) !== undefined && getOwn(old?.metadata.annotations, ENFORCE) === undefined;
    return isNew ? [`metadata.annotations[${ENFORCE}]: ${DEPRECATED}`] : [];
  },
  returnsDeleted: true,
  otherCells: { Secrets: ({ secrets }) => secrets?.length ?? 0 },
  cells: ({ metadata }, nowMs) => [metadata.name, since(metadata.creationTimestamp, nowMs)],
};
