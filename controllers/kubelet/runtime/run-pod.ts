import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { duplexPair } from '../../../server/base/duplex-pair.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { RunningPod } from '../../../server/kube/node-connector.ts';
import type { Container, Pod } from '../../../server/kube/types.gen.ts';
import { echo } from './echo.ts';
import type { ImageFamilies, ImageFamily } from './image-family.ts';
import { welcomePage } from './welcome.ts';

/** Answers one HTTP request to a container. */
export type HttpBehaviour = (
  request: IncomingMessage,
  response: ServerResponse,
  pod: Frozen<Pod>,
  port: number,
) => void;

const BEHAVIOURS: Readonly<Record<ImageFamily['http'], HttpBehaviour>> = { welcome: welcomePage, echo };

function portsOf(container: Frozen<Container>, fixed: readonly number[]): number[] {
  const declared = (container.ports ?? [])
    .filter(({ protocol }) => protocol === 'TCP')
    .map(({ containerPort }) => containerPort);
  return [...fixed, ...declared];
}

/** A pod that answers HTTP on its containers' ports, inside this process. */
class SimulatedPod implements RunningPod {
  readonly #pod: Frozen<Pod>;
  readonly #families: ImageFamilies;
  readonly #servers = new Map<number, Server>();

  constructor(pod: Frozen<Pod>, families: ImageFamilies) {
    this.#pod = pod;
    this.#families = families;
  }

  async dial(port: number): Promise<Duplex> {
    const server = this.#servers.get(port) ?? this.#listen(port);
    if (!server)
      throw new Error(`connect: connection refused: nothing listens on port ${port} of pod ${this.#pod.metadata.name}`);
    const [near, far] = duplexPair();
    server.emit('connection', far);
    return near;
  }

  /** A server is made when somebody asks: most pods are never asked. */
  #listen(port: number): Server | undefined {
    for (const container of this.#pod.spec.containers ?? []) {
      const family = this.#families.of(container.image ?? '');
      const ports = portsOf(container, family.ports);
      if (ports.length > 0 && !ports.includes(port)) continue;
      const answer = BEHAVIOURS[family.http];
      const server = createServer((request, response) => answer(request, response, this.#pod, port));
      this.#servers.set(port, server);
      return server;
    }
    return undefined;
  }
}

/** Starts what simulates a pod. */
export function runPod(pod: Frozen<Pod>, podIP: string, families: ImageFamilies): RunningPod {
  return new SimulatedPod({ ...pod, status: { ...pod.status, podIP } }, families);
}
