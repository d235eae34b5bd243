import { type FrontProxyOptions, frontProxyHeaders } from '../../auth/front-proxy.ts';
import { deepEqual, type Frozen, thaw } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import { pemBlocks } from '../../kube/pem.ts';
import type { ConfigMap } from '../../kube/types.gen.ts';
import type { Catalog } from '../../registry/catalog.ts';
import type { Storage } from '../../storage/storage.ts';

const KEY = { namespace: 'kube-system', name: 'extension-apiserver-authentication' };

/** What extension servers have to know to recognize the users of this one. */
export interface PublishedAuthentication {
  /** PEM. */
  readonly clientCa: string;
  readonly frontProxy: FrontProxyOptions | undefined;
}

/** The ConfigMap `extension-apiserver-authentication`, as kube-apiserver keeps it. */
export function authenticationObject(published: PublishedAuthentication): KubeObject {
  return { kind: 'ConfigMap', apiVersion: 'v1', metadata: { ...KEY }, data: dataOf(published) };
}

/**
 * Adds what this start knows to what an earlier one has published: a data directory may come from a server with other
 * proxies. kube-apiserver takes nothing away either (combinedClusterAuthenticationInfo).
 */
export async function keepAuthenticationPublished(
  published: PublishedAuthentication,
  catalog: Catalog,
  storage: Storage,
): Promise<void> {
  const key = catalog.store('configmaps')?.keyOf(KEY);
  const current = key === undefined ? undefined : storage.get(key);
  if (key === undefined || !current) return;
  const before = (current.value as Frozen<ConfigMap>).data;
  const data = dataOf(published, before);
  if (deepEqual(before, data)) return;
  await storage.guaranteedUpdate(key, {}, async ({ value }: { value: Frozen<KubeObject> }) => {
    const map: ConfigMap = { ...thaw<ConfigMap>(value), data };
    return map as KubeObject;
  });
}

function dataOf(
  { clientCa, frontProxy }: PublishedAuthentication,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const data = { ...before, 'client-ca-file': certificates(before['client-ca-file'], clientCa) };
  if (!frontProxy) return data;
  const { usernameHeaders, uidHeaders, groupHeaders, extraHeaderPrefixes } = frontProxyHeaders(frontProxy);
  const list = (field: string, own: readonly string[]): string =>
    JSON.stringify([...new Set([...listIn(before[field]), ...own])]);
  return {
    ...data,
    'requestheader-client-ca-file': certificates(before['requestheader-client-ca-file'], frontProxy.clientCa),
    'requestheader-allowed-names': list('requestheader-allowed-names', frontProxy.allowedNames ?? []),
    'requestheader-username-headers': list('requestheader-username-headers', usernameHeaders),
    'requestheader-uid-headers': list('requestheader-uid-headers', uidHeaders),
    'requestheader-group-headers': list('requestheader-group-headers', groupHeaders),
    'requestheader-extra-headers-prefix': list('requestheader-extra-headers-prefix', extraHeaderPrefixes),
  };
}

/** Anybody who may write ConfigMaps may have written it. */
function listIn(text = '[]'): string[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  } catch {
    return [];
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Each certificate once. */
function certificates(before: string | undefined, own: string): string {
  if (before === undefined) return own;
  const known = new Set(derOf(before));
  const added = (own.match(CERTIFICATE) ?? []).filter((text) => !derOf(text).every((der) => known.has(der)));
  return added.length === 0 ? before : `${before.trimEnd()}\n${added.join('\n')}\n`;
}

const derOf = (pem: string): string[] => pemBlocks(pem).map(({ der }) => der.toString('base64'));
