import type { Duplex } from 'node:stream';
import { duplexPair } from '../../base/duplex-pair.ts';
import type { PeerAddress } from '../node-connector.ts';

/** The two ends of a connection inside the process; the far one knows who has opened it, as sockets do. */
export function connectionFrom(from: PeerAddress | undefined): [near: Duplex, far: Duplex] {
  const [near, far] = duplexPair();
  if (from) Object.assign(far, { remoteAddress: from.address, remotePort: from.port, remoteFamily: 'IPv4' });
  return [near, far];
}
