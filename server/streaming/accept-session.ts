/** Takes a connection whose client wants to speak with a pod. Loaded when the first one comes. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { Clock } from '../base/clock.ts';
import { LIMITS } from '../kube/limits.ts';
import type { SessionOffer } from '../kube/stream-session.ts';
import { type Agreement, subprotocolOf } from './protocols.ts';
import { startSpdySession } from './spdy-session.ts';
import { startWebSocketSession } from './websocket-session.ts';

export { agree } from './protocols.ts';

/** A connection that is about to change its protocol. */
export interface Upgrade {
  readonly message: IncomingMessage;
  readonly socket: Duplex;
  /** What the client has sent already. */
  readonly head: Buffer;
  /** Headers of the answer. */
  readonly lines: readonly string[];
  /** The time of the machine: clients live in it. */
  readonly clock: Clock;
}

/** Changes the protocol, and lets whoever offered the session begin. */
export function acceptSession(upgrade: Upgrade, agreement: Agreement, offer: SessionOffer): void {
  if (agreement.wire === 'spdy') acceptSpdy(upgrade, agreement.protocol, offer);
  else acceptWebSocket(upgrade, agreement, offer);
}

function acceptSpdy({ socket, head, lines, clock }: Upgrade, protocol: string, offer: SessionOffer): void {
  const answer = ['Connection: Upgrade', 'Upgrade: SPDY/3.1', `X-Stream-Protocol-Version: ${protocol}`, ...lines];
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${answer.join('\r\n')}\r\n\r\n`);
  if (head.length > 0) socket.unshift(head);
  startSpdySession(socket, offer, protocol, clock);
}

function acceptWebSocket(upgrade: Upgrade, agreement: Agreement, offer: SessionOffer): void {
  const { message, socket, head, lines, clock } = upgrade;
  const server = new WebSocketServer({ noServer: true, maxPayload: LIMITS.streamMessageBytes, clientTracking: false });
  const subprotocol = subprotocolOf(agreement);
  // The names of tunnelled protocols have a slash, which the library takes for no name at all.
  delete message.headers['sec-websocket-protocol'];
  server.on('headers', (answer) => {
    answer.push(...(subprotocol === '' ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]), ...lines);
  });
  server.handleUpgrade(message, socket, head, (webSocket) => {
    if (agreement.wire === 'tunnel') {
      webSocket.on('error', () => webSocket.terminate());
      startSpdySession(createWebSocketStream(webSocket), offer, agreement.protocol, clock);
    } else startWebSocketSession(webSocket, offer, agreement.protocol);
  });
}
