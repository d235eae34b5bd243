import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type { Secret } from '../../server/kube/types.gen.ts';
import type { TokenParts } from './index.ts';

export const TOKEN_TYPE = 'kubernetes.io/service-account-token';
export const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
export const ACCOUNT_UID = 'kubernetes.io/service-account.uid';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** The secret with what it lacks, or undefined when it lacks nothing. */
export async function filled(
  secret: Frozen<Secret>,
  account: Frozen<KubeObject>,
  parts: TokenParts,
): Promise<Frozen<Secret> | undefined> {
  const { data, metadata } = secret;
  const certificate = base64(parts.caCertificate);
  const has = (key: string): boolean => (getOwn(data, key) ?? '') !== '';
  if (has('token') && has('namespace') && getOwn(data, 'ca.crt') === certificate) return undefined;
  const { name = '', uid = '', namespace = '' } = account.metadata;
  return {
    ...secret,
    metadata: {
      ...metadata,
      annotations: { ...metadata.annotations, [ACCOUNT_NAME]: name, [ACCOUNT_UID]: uid },
    },
    data: {
      ...data,
      'ca.crt': certificate,
      ...(!has('namespace') && { namespace: base64(namespace) }),
      ...(!has('token') && { token: base64(await parts.issue(account, metadata.name ?? '')) }),
    },
  };
}
