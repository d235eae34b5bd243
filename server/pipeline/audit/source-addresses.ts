import { isIP } from 'node:net';
import type { ApiRequest } from '../request.ts';

/** Where a request comes from, through which proxies: k8s.io/apimachinery/pkg/util/net.SourceIPs. */
export function sourceAddresses(request: Pick<ApiRequest, 'header' | 'peer'>): string[] {
  const forwarded = (request.header('x-forwarded-for') ?? '').split(',').map((text) => text.trim());
  const addresses = forwarded.filter((text) => isIP(text) !== 0);
  for (const next of [(request.header('x-real-ip') ?? '').trim(), plain(request.peer.address)])
    if (isIP(next) !== 0 && next !== addresses.at(-1)) addresses.push(next);
  // A client in the same process has the address that it would have as a process of its own.
  return addresses.length === 0 ? ['127.0.0.1'] : addresses;
}

/** Node shows IPv4 behind an IPv6 socket in the longer way. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '');
