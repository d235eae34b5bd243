import type { TLSSocket } from 'node:tls';
import type { Peer } from '../pipeline/request.ts';
import { authorityOf, fingerprintOf } from './client-authority.ts';
import type { RawRequest } from './exchange.ts';

/** What connections tell of their clients, once for each connection. */
const peers = new WeakMap<object, Peer>();

/** Who is at the other end of the connection that brought a request. */
export function peerOf({ connection, socket }: RawRequest): Peer {
  let peer = peers.get(connection);
  if (!peer) {
    peer = socket ? readPeer(socket as TLSSocket) : { address: '' };
    peers.set(connection, peer);
  }
  return peer;
}

/** What is known of it already, for a connection that something stands for. */
export function introducePeer(connection: object, peer: Peer): void {
  peers.set(connection, peer);
}

/** What a socket tells of it. */
export function readPeer(socket: TLSSocket): Peer {
  const address = socket.remoteAddress ?? '';
  if (!socket.encrypted) return { address };
  const shown = socket.getPeerCertificate(true);
  const subject = shown.subject as { CN?: string | string[]; O?: string | string[] } | undefined;
  if (!socket.authorized)
    return subject ? { address, untrustedCertificate: true, shown: () => shown.raw } : { address };
  if (!subject?.CN) return { address };
  const commonName = Array.isArray(subject.CN) ? (subject.CN[0] ?? '') : subject.CN;
  const organizations = subject.O === undefined ? [] : Array.isArray(subject.O) ? subject.O : [subject.O];
  const fingerprint = fingerprintOf(shown);
  return {
    address,
    certificate: { commonName, organizations, fingerprint, authority: once(() => authorityOf(shown)) },
  };
}

/** Only front proxies ask for it, and signatures take time. */
function once<T>(read: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => {
    known ??= { value: read() };
    return known.value;
  };
}
