/** Connections to ports of a pod: k8s.io/cri-streaming's portforward. */
import type { Duplex } from 'node:stream';
import type { Frozen } from '../../base/freeze.ts';
import type { RunningPod } from '../../kube/node-connector.ts';
import type { SessionOffer, StreamChannel } from '../../kube/stream-session.ts';
import type { Pod } from '../../kube/types.gen.ts';

/** The two streams of one connection: what is sent, and what went wrong. */
interface Pair {
  data?: StreamChannel;
  error?: StreamChannel;
}

const PORT_MAX = 65_535;

/** @param ports for clients that cannot open channels of their own */
export function forwardPorts(pod: Frozen<Pod>, running: RunningPod, ports: readonly number[]): SessionOffer {
  return {
    kind: { type: 'port-forward', ports },
    start(session) {
      const pairs = new Map<string, Pair>();
      session.onChannel((channel) => {
        const port = portOf(channel);
        if (port === undefined) channel.stream.destroy();
        else pairUp(pairs, channel, (data, error) => void forward(pod, running, port, data, error));
      });
    },
  };
}

/** @returns undefined for a channel that nothing can be done with */
function portOf({ name, headers }: StreamChannel): number | undefined {
  const text = headers.get('port') ?? '';
  const port = /^\d+$/.test(text) ? Number(text) : 0;
  return (name === 'data' || name === 'error') && port >= 1 && port <= PORT_MAX ? port : undefined;
}

/** Clients without request ids open the two of a connection one after the other. */
const requestOf = ({ name, id, headers }: StreamChannel): string =>
  headers.get('requestid') ?? String(name === 'error' ? id : id - 2);

function pairUp(pairs: Map<string, Pair>, channel: StreamChannel, done: (data: Duplex, error: Duplex) => void): void {
  const request = requestOf(channel);
  const pair = pairs.get(request) ?? {};
  const name = channel.name === 'data' ? 'data' : 'error';
  if (pair[name]) {
    pair.error?.stream.write(`error processing stream for request ${request}: ${name} stream already assigned`);
    return;
  }
  pair[name] = channel;
  if (pair.data && pair.error) {
    pairs.delete(request);
    done(pair.data.stream, pair.error.stream);
    return;
  }
  pairs.set(request, pair);
  channel.stream.once('close', () => {
    if (pairs.get(request) === pair) pairs.delete(request);
  });
}

async function forward(
  pod: Frozen<Pod>,
  running: RunningPod,
  port: number,
  data: Duplex,
  error: Duplex,
): Promise<void> {
  // Nobody says anything there, but the end of it has to be seen.
  error.resume();
  let connection: Duplex;
  try {
    connection = await (running.forward ? running.forward(port) : running.dial(port));
  } catch (problem) {
    const message = `error forwarding port ${port} to pod ${pod.metadata.uid}, uid : ${(problem as Error).message}`;
    error.end(message, () => {
      data.destroy();
      error.destroy();
    });
    return;
  }
  join(data, connection, error);
}

/** Each side may end before the other. The client waits for the end of `error` once nothing more comes. */
function join(data: Duplex, connection: Duplex, error: Duplex): void {
  if (data.destroyed) {
    connection.destroy();
    error.end();
    return;
  }
  connection.on('error', () => connection.destroy());
  data.pipe(connection);
  connection.pipe(data);
  connection.once('end', () => error.end());
  connection.once('close', () => {
    if (!connection.readableEnded) data.destroy();
    error.end();
  });
  data.once('close', () => {
    // Whatever the pod still wants to send, nobody takes it.
    if (!data.readableEnded || !data.writableFinished) connection.destroy();
  });
}
