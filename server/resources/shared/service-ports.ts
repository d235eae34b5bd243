/** The node ports of a cluster's services. */
import type { Frozen } from '../../base/freeze.ts';
import type { Key, KubeObject } from '../../kube/object.ts';
import type { Service } from '../../kube/types.gen.ts';
import { NumberAllocator, portRange } from '../../registry/number-allocator.ts';
import type { RegistryEnv, WriteContext } from '../../registry/resource.ts';
import { occupiedPorts } from './service-kinds.ts';

const PORTS = portRange(30_000, 32_767);
const VALID_PORTS = `${PORTS.first}-${PORTS.last}`;
const PORT_OUTSIDE = `provided port is not in the valid range. The range of valid ports is ${VALID_PORTS}`;
const PORT_TAKEN = 'provided port is already allocated';

/** Each cluster has one function that lists its objects. */
const portsOfClusters = new WeakMap<RegistryEnv['list'], NumberAllocator>();

function portsOfCluster({ list, find }: RegistryEnv): NumberAllocator {
  const known = portsOfClusters.get(list);
  if (known) return known;
  const service = (value: Frozen<KubeObject>): Frozen<Service> => value as Frozen<Service>;
  const ports = new NumberAllocator(PORTS, {
    has: (holder, number) => {
      const stored = find('services', holder);
      return stored !== undefined && occupiedPorts(service(stored.value)).includes(number);
    },
    *all() {
      for (const { value } of list('services')) {
        const { namespace = '', name = '' } = value.metadata;
        yield [{ namespace, name }, occupiedPorts(service(value))] as const;
      }
    },
  });
  portsOfClusters.set(list, ports);
  return ports;
}

/**
 * Ports that one write of a service takes. In a dry run none is taken, and the guess is never right: it lies behind the
 * range.
 */
export class ServicePorts {
  readonly #ports: NumberAllocator;
  readonly #context: WriteContext;
  readonly #holder: Key;
  readonly #taken: number[] = [];
  readonly #guessed: number[] = [];

  constructor(holder: Key, context: WriteContext) {
    this.#ports = portsOfCluster(context);
    this.#context = context;
    this.#holder = holder;
  }

  /** Ends the write, whether or not it was successful. */
  finish(): void {
    for (const port of this.#taken.splice(0)) this.#ports.finish(port);
  }

  get taken(): readonly number[] {
    return this.#taken;
  }

  /** Whether no other service has what this one took: others may have been written elsewhere. */
  isFree(): boolean {
    return this.#ports.isFreeFor(this.#holder, this.#taken);
  }

  /** @returns what is wrong with the port, or undefined when it is taken now */
  take(port: number): string | undefined {
    if (this.#context.dryRun) {
      // The range is not looked at here.
      if (this.#guessed.includes(port) || (this.#ports.contains(port) && this.#ports.isTaken(port))) return PORT_TAKEN;
      this.#guessed.push(port);
      return undefined;
    }
    if (!this.#ports.contains(port)) return PORT_OUTSIDE;
    if (!this.#ports.take(port, this.#holder)) return PORT_TAKEN;
    this.#taken.push(port);
    return undefined;
  }

  /** @returns undefined when all are taken */
  takeAny(): number | undefined {
    if (this.#context.dryRun) {
      const guess = (this.#guessed.length > 0 ? Math.max(...this.#guessed) : PORTS.last + 1) + 1;
      this.#guessed.push(guess);
      return guess;
    }
    const port = this.#ports.takeAny(this.#context.random, this.#holder);
    if (port !== undefined) this.#taken.push(port);
    return port;
  }
}
