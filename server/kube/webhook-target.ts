/** Where a registered webhook is reached: k8s.io/apiserver/pkg/util/webhook, ClientManager. */
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
  if (!service) return { ...trust, url: `${(url ?? '').replace(/(?<=\/\/[^/]*)$/, '/')}${query}` };
  const { namespace, name, path = '', port = 443 } = service;
  const serverName = `${name}.${namespace}.svc`;
  return {
    ...trust,
    serverName,
    url: `https://${serverName}:${port}${path.startsWith('/') ? '' : '/'}${path}${query}`,
    connect: () => services.connection({ namespace, name }, port),
  };
}

/** What every call of a webhook says besides its review. */
export const WEBHOOK_HEADERS = {
  'user-agent': 'kube-apiserver-admission',
  accept: 'application/json, */*',
  'content-type': 'application/json',
} as const;
