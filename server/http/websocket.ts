import type { IncomingMessage, ServerResponse } from 'node:http';
import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import { systemClock } from '../base/clock.ts';
import { encode, prepareEncoding, type WireResponse } from '../pipeline/encode/encode.ts';
import type { ApiResponse, SessionResponse } from '../pipeline/request.ts';
import type { Upgrade } from '../streaming/accept-session.ts';
import { addIdentifiers, identifierLines, nameRequest } from './audit-id.ts';
import { messageRequest, messageResponse } from './exchange.ts';
import { IncomingRequest } from './incoming-request.ts';
import { peerOf } from './peer.ts';
import { type OpenWatches, respond } from './respond.ts';
import type { ServingOptions } from './server.ts';
import { keepHeads, startTunnel } from './tunnel.ts';
import { type FrameSink, WatchWriter } from './watch-writer.ts';
import { sendStream, streamProtocol } from './websocket-stream.ts';

const wires = new WeakMap<object, WireResponse>();
interface Accepted {
  readonly request: IncomingRequest;
  readonly auditId: string;
  /** What the messages are called; whatever the client named first unless it is known. */
  readonly protocol?: string;
}
const upgrades = new WeakMap<object, Accepted>();

/**
 * Watches over WebSocket: one text message for each event; and logs. The request is answered before the upgrade, so
 * that whoever may not watch gets an ordinary HTTP error.
 */
export async function addWebSocketWatch(
  app: FastifyInstance,
  options: ServingOptions,
  watches: OpenWatches,
): Promise<void> {
  const handleProtocols = (names: Set<string>, message: object): string | false =>
    upgrades.get(message)?.protocol ?? [...names][0] ?? false;
  await app.register(websocket, { options: { maxPayload: 1 << 20, handleProtocols } });
  const heads = keepHeads(app.server);
  // Clients live in the time of the machine.
  const clock = systemClock();
  app.websocketServer.on('headers', (lines, message) => {
    const upgrade = upgrades.get(message);
    if (upgrade) lines.push(...identifierLines(upgrade.request, upgrade.auditId));
  });
  app.addHook('preValidation', async (request, reply) => {
    if (!request.ws) return;
    // Node's parser has left this connection for good: a client that is refused must not send another request on it.
    (reply.raw as ServerResponse).shouldKeepAlive = false;
    const message = request.raw as IncomingMessage;
    const raw = messageRequest(message);
    const incoming = new IncomingRequest(raw, request.originalUrl, peerOf(raw), true);
    const auditId = nameRequest(incoming, options.auditIds);
    const answer = await options.answer(incoming);
    await prepareEncoding(incoming);
    let wire = encode(incoming, answer, options.now);
    addIdentifiers(wire.headers, incoming, auditId);
    if (wire.body.type === 'watch') {
      wires.set(message, wire);
      upgrades.set(message, { request: incoming, auditId });
      return;
    }
    if (wire.body.type === 'chunks' && wire.body.isStream && wire.status === 200) {
      const protocol = streamProtocol(message.headers['sec-websocket-protocol']);
      if (protocol !== undefined) {
        wires.set(message, wire);
        upgrades.set(message, { request: incoming, auditId, protocol });
        return;
      }
      wire.body.abort?.();
      wire = { status: 403, headers: { 'content-length': '0' }, body: { type: 'buffer', buffer: Buffer.alloc(0) } };
      addIdentifiers(wire.headers, incoming, auditId);
    }
    reply.hijack();
    if (wire.body.type === 'session') {
      const head = heads.get(message) ?? Buffer.alloc(0);
      const lines = identifierLines(incoming, auditId);
      const upgrade = { message, socket: message.socket, head, lines, clock };
      const refusal = await beginSession(upgrade, reply.raw as ServerResponse, wire.body.response);
      if (!refusal) return;
      const refused = encode(incoming, refusal, options.now);
      addIdentifiers(refused.headers, incoming, auditId);
      await respond(messageResponse(reply.raw as ServerResponse), refused, watches, false);
      return;
    }
    if (wire.body.type === 'tunnel') {
      (reply.raw as ServerResponse).detachSocket(message.socket);
      startTunnel(message.socket, heads.get(message), wire.headers, wire.body.response);
      return;
    }
    await respond(messageResponse(reply.raw as ServerResponse), wire, watches, false);
  });
}

/** Lets client and pod speak. @returns the answer to a client that knows no protocol of ours */
async function beginSession(
  upgrade: Upgrade,
  response: ServerResponse,
  { offer }: SessionResponse,
): Promise<ApiResponse | undefined> {
  const { acceptSession, agree } = await import('../streaming/accept-session.ts');
  const agreement = agree(upgrade.message.headers, offer.kind);
  if ('status' in agreement) {
    const { status, text, headers } = agreement;
    return { type: 'bytes', status, mediaType: 'text/plain; charset=utf-8', body: text, ...(headers && { headers }) };
  }
  response.detachSocket(upgrade.message.socket);
  acceptSession(upgrade, agreement, offer);
  return undefined;
}

/** Messages have their own ends: no line break and no length is needed. */
const messageOf = (frame: Buffer, isBinary: boolean): Buffer | string =>
  isBinary ? frame.subarray(LENGTH_BYTES) : frame.subarray(0, frame.length - 1).toString();

const LENGTH_BYTES = 4;

/** Streams the watch, or the log, that the upgrade request asked for. */
export function streamMessages(socket: WebSocket, raw: object, watches: OpenWatches): void {
  const body = wires.get(raw)?.body;
  if (body?.type === 'chunks') {
    void sendStream(socket, body);
    return;
  }
  if (body?.type !== 'watch') {
    socket.close();
    return;
  }
  let unsent = 0;
  let drained = (): void => undefined;
  const sent = (): void => {
    if (--unsent === 0) drained();
  };
  const sink: FrameSink = {
    write(frame) {
      unsent++;
      socket.send(messageOf(frame, body.frames.isBinary), sent);
    },
    joins: false,
    backlog: () => socket.bufferedAmount,
    drained() {
      if (unsent === 0 || socket.readyState !== socket.OPEN) return undefined;
      return new Promise((resolve) => {
        drained = resolve;
      });
    },
    end: () => socket.close(1000),
    abort: () => socket.terminate(),
    // A message has no middle for its reader: the part comes as one, and nothing closes the connection properly.
    breakOff: (_scope: unknown, part: Buffer) =>
      part.length === 0
        ? socket.terminate()
        : socket.send(body.frames.isBinary ? part : part.toString(), () => socket.terminate()),
  };
  const writer = new WatchWriter(body.frames, sink, body.response.begin);
  watches.add(writer);
  socket.on('close', () => {
    drained();
    watches.delete(writer);
    writer.close();
  });
  socket.on('error', () => socket.terminate());
  writer.stop = body.response.start(writer);
}
