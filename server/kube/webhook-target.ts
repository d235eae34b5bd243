/** Where a registered webhook is reached: k8s.io/apiserver/pkg/util/webhook, ClientManager. */
import { posix } from 'node:path';
import type { OutboundRequest, ServiceConnector } from './outbound.ts';

/** How a configuration or a definition names its webhook. */
export interface WebhookClientConfig {
  readonly url?: string | undefined;
  readonly service?:
    | {
        readonly namespace: string;
        readonly name: string;
        readonly path?: string | undefined;
        readonly port?: number | undefined;
      }
    | undefined;
  /** Base64 of PEM. */
  readonly caBundle?: string | undefined;
}

/** @throws Error when the configuration makes no client: its message is upstream's */
export function webhookTarget(
  { url, service, caBundle = '' }: WebhookClientConfig,
  timeoutSeconds: number,
  services: ServiceConnector,
): Pick<OutboundRequest, 'url' | 'serverName' | 'caBundle' | 'connect'> {
  const pem = Buffer.from(caBundle, 'base64').toString();
  if (pem !== '' && !pem.includes('-----BEGIN CERTIFICATE-----'))
    throw new Error('unable to load root certificates: unable to parse bytes as PEM block');
  const trust = pem === '' ? {} : { caBundle: pem };
  const query = `?timeout=${timeoutSeconds}s`;
  if (!service) {
    const [origin = ''] = /^[a-z]+:\/\/[^/]*/.exec(url ?? '') ?? [];
    return { ...trust, url: `${origin}${cleanPath((url ?? '').slice(origin.length))}${query}` };
  }
  const { namespace, name, path = '', port = 443 } = service;
  const serverName = `${name}.${namespace}.svc`;
  return {
    ...trust,
    serverName,
    url: `https://${serverName}:${port}${cleanPath(path)}${query}`,
    connect: () => services.connection({ namespace, name }, port),
  };
}

/** As a client of upstream asks for it (path.Join): without a slash at the end. */
function cleanPath(path: string): string {
  const joined = posix.join('/', path);
  return joined === '/' ? joined : joined.replace(/\/$/, '');
}

/** What every call of a webhook says besides its review. */
export const WEBHOOK_HEADERS = {
  'user-agent': 'kube-apiserver-admission',
  accept: 'application/json, */*',
  'content-type': 'application/json',
} as const;
