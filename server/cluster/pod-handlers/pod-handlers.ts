/** Functions of the program around a cluster that answer for its pods. */
import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Cancel } from '../../base/clock.ts';
import type { Frozen } from '../../base/freeze.ts';
import { parseLabelSelector, selectorMatches } from '../../kube/labels.ts';
import { connectionFrom } from '../../kube/network/connection-from.ts';
import type { PeerAddress } from '../../kube/node-connector.ts';
import { type Dial, isAnyPort, type PodAnswers } from '../../kube/pod-answers.ts';
import type { Pod } from '../../kube/types.gen.ts';
import { answerExchange } from './fetch-exchange.ts';

/** For which pod and port a request is answered. */
export interface PodContext {
  readonly pod: {
    readonly namespace: string;
    readonly name: string;
    readonly ip: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly port: number;
}

/** Answers an HTTP request to a pod. What it throws is answered with 500. */
export type PodHandler = (request: Request, context: PodContext) => Response | Promise<Response>;

export interface PodHandlerOptions {
  /** Pods of this namespace only; of all namespaces unless given. */
  readonly namespace?: string;
  /** This port only; those that a pod declares unless given, or all if it declares none. */
  readonly port?: number;
}

/** A function that answers until it is told not to. */
export interface PodHandling extends Disposable {
  /** The programs of the pods answer again; twice does no harm. */
  stop(): void;
}

/** What pods of a cluster answer, said by the program around it. */
export interface PodHandlers {
  /**
   * Answers HTTP for the pods that a label selector chooses, now and later, instead of their programs: to services,
   * Ingresses, probes, `port-forward` and other pods. Where several could answer, the newest does.
   *
   * @throws Error for what is no selector and no port
   * @example
   * using api = cluster.pods.handle('app=api', (request) => Response.json({ path: new URL(request.url).pathname }));
   */
  handle(selector: string, handler: PodHandler, options?: PodHandlerOptions): PodHandling;
}

interface Registered {
  readonly isMeant: (pod: Frozen<Pod>) => boolean;
  readonly port: number | undefined;
  readonly handler: PodHandler;
  /** Made for the first request. */
  server?: Server;
}

type Changed = Parameters<PodAnswers['onChange']>[0];

const PORT_MAX = 65_535;

export class RegisteredHandlers implements PodHandlers, PodAnswers {
  readonly #registered: Registered[] = [];
  readonly #listeners = new Set<Changed>();
  readonly #contexts = new WeakMap<Duplex, PodContext>();

  handle(selector: string, handler: PodHandler, { namespace, port }: PodHandlerOptions = {}): PodHandling {
    if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= PORT_MAX))
      throw new Error(`port has to be a whole number from 1 to ${PORT_MAX}, and is ${JSON.stringify(port)}`);
    if (typeof handler !== 'function') throw new Error('the handler has to be a function');
    const wanted = parseLabelSelector(selector);
    const isMeant = ({ metadata }: Frozen<Pod>): boolean =>
      (namespace === undefined || metadata.namespace === namespace) && selectorMatches(wanted, metadata.labels);
    const registered: Registered = { isMeant, port, handler };
    this.#registered.unshift(registered);
    this.#tell(isMeant);
    const stop = (): void => {
      const index = this.#registered.indexOf(registered);
      if (index < 0) return;
      this.#registered.splice(index, 1);
      registered.server?.closeAllConnections();
      this.#tell(isMeant);
    };
    return { stop, [Symbol.dispose]: stop };
  }

  #tell(isMeant: Registered['isMeant']): void {
    for (const changed of this.#listeners) changed(isMeant);
  }

  onChange(changed: Changed): Cancel {
    this.#listeners.add(changed);
    return () => void this.#listeners.delete(changed);
  }

  find(pod: Frozen<Pod>, port: number): Dial | undefined {
    const found = this.#registered.find(
      (each) => each.isMeant(pod) && (each.port === undefined ? isAnyPort(pod, port) : each.port === port),
    );
    if (!found) return undefined;
    const { namespace = '', name = '', labels = {} } = pod.metadata;
    const context = { pod: { namespace, name, ip: pod.status.podIP ?? '', labels }, port };
    return (from) => Promise.resolve(this.#connect(found, context, from));
  }

  #connect(registered: Registered, context: PodContext, from: PeerAddress | undefined): Duplex {
    registered.server ??= this.#serverOf(registered);
    const [near, far] = connectionFrom(from);
    this.#contexts.set(far, context);
    registered.server.emit('connection', far);
    return near;
  }

  #serverOf({ handler }: Registered): Server {
    return createServer((request, response) => {
      const context = this.#contexts.get(request.socket);
      if (context) void answerExchange(request, response, (asked) => handler(asked, context));
    });
  }
}
