import { readFileSync } from 'node:fs';
import { OptionError } from '../../base/option-error.ts';
import type { EtcdClientOptions } from '../../storage/etcd/etcd-client.ts';

export const MEDIA_TYPES = ['application/json', 'application/vnd.kubernetes.protobuf'] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

/** What kube-apiserver's flags of the same names say. */
export interface EtcdOptions {
  /** What all keys begin with: `/registry` unless given. */
  readonly prefix?: string;
  /** Who has signed etcd's certificate, in PEM. */
  readonly caFile?: string;
  /** How etcd knows this server, in PEM. */
  readonly certFile?: string;
  readonly keyFile?: string;
  /** In which form objects are written: `application/json` unless given. Both are read. */
  readonly mediaType?: MediaType;
  /** How soon another server takes over; upstream's times unless given. There is no flag. */
  readonly leaderElection?: { readonly leaseMs: number; readonly renewMs: number; readonly retryMs: number };
}

const SCHEMES: Readonly<Record<string, string>> = { 'etcd:': 'http', 'etcds:': 'https' };

/**
 * The servers and the user of `etcd://user:password@a:2379,b:2379`.
 *
 * @throws OptionError
 */
export function etcdOf(
  storage: string,
  { caFile, certFile, keyFile, mediaType }: EtcdOptions = {},
): Pick<EtcdClientOptions, 'endpoints' | 'tls' | 'user'> {
  const [, scheme = '', user, servers = ''] = /^([a-z]+:)\/\/(?:([^@/]*)@)?([^@/]+)\/?$/.exec(storage) ?? [];
  const plain = SCHEMES[scheme];
  if (plain === undefined)
    throw new OptionError(
      'storage',
      ` has to be servers of etcd such as etcd://127.0.0.1:2379, and is ${told(storage)}`,
    );
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new OptionError('etcd', ' needs a certificate and its key, or neither');
  if (mediaType !== undefined && !MEDIA_TYPES.includes(mediaType))
    throw new OptionError('etcd', `: objects are kept as ${MEDIA_TYPES.join(' or ')}, not as ${mediaType}`);
  const isSecure = plain === 'https' || caFile !== undefined || certFile !== undefined;
  const endpoints = servers.split(',').map((server) => endpointOf(server, isSecure ? 'https' : 'http'));
  return {
    endpoints,
    ...(isSecure && {
      tls: {
        ...(caFile !== undefined && { ca: read(caFile) }),
        ...(certFile !== undefined && { cert: read(certFile) }),
        ...(keyFile !== undefined && { key: read(keyFile) }),
      },
    }),
    ...(user !== undefined && { user: userOf(user) }),
  };
}

function endpointOf(server: string, scheme: string): string {
  const url = `${scheme}://${server}`;
  if (!URL.canParse(url))
    throw new OptionError('storage', `: ${JSON.stringify(server)} is no server such as host:2379`);
  // etcd's port, which URLs of http would have as 80.
  return /:\d+$/.test(server) ? url : `${url}:2379`;
}

function userOf(text: string): { name: string; password: string } {
  const [name = '', ...password] = text.split(':').map(decodeURIComponent);
  return { name, password: password.join(':') };
}

/** A password is not for logs. */
const told = (storage: string): string => JSON.stringify(storage.replace(/\/\/[^@/]*@/, '//…@'));

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new OptionError('etcd', `: ${(error as Error).message}`);
  }
}
