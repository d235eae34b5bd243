/** The addresses and node ports of a cluster's services. */
import type { Frozen } from '../../base/freeze.ts';
import { internalError } from '../../kube/api-error.ts';
import { invalid, invalidObject } from '../../kube/field-problem.ts';
import { parseCidr } from '../../kube/ip-addresses.ts';
import type { Key, KubeObject } from '../../kube/object.ts';
import type { Service } from '../../kube/types.gen.ts';
import { addressNumber, addressRange, addressText, NumberAllocator, portRange } from '../../registry/ip-allocator.ts';
import type { Finish, RegistryEnv, WriteContext } from '../../registry/resource.ts';
import { occupiedPorts } from './service-kinds.ts';

const KIND = { group: '', kind: 'Service' };
const SERVICE_BLOCK = '10.96.0.0/12';
const ADDRESSES = addressRange(parseCidr(SERVICE_BLOCK) as NonNullable<ReturnType<typeof parseCidr>>);
const PORTS = portRange(30_000, 32_767);
const VALID_PORTS = `${PORTS.first}-${PORTS.last}`;
const PORT_OUTSIDE = `provided port is not in the valid range. The range of valid ports is ${VALID_PORTS}`;
const PORT_TAKEN = 'provided port is already allocated';

interface Numbers {
  readonly addresses: NumberAllocator;
  readonly ports: NumberAllocator;
}

/** Each cluster has one function that lists its objects. */
const numbersOfClusters = new WeakMap<RegistryEnv['list'], Numbers>();

function addressesOf({ spec }: Frozen<Service>): number[] {
  return (spec.clusterIPs ?? []).flatMap((text) => addressNumber(text) ?? []);
}

function allocator(
  { list, find }: RegistryEnv,
  range: NumberAllocator['range'],
  numbersOf: (service: Frozen<Service>) => number[],
): NumberAllocator {
  const service = (value: Frozen<KubeObject>): Frozen<Service> => value as Frozen<Service>;
  return new NumberAllocator(range, {
    has: (holder, number) => {
      const stored = find('services', holder);
      return stored !== undefined && numbersOf(service(stored.value)).includes(number);
    },
    *all() {
      for (const { value } of list('services')) {
        const { namespace = '', name = '' } = value.metadata;
        yield [{ namespace, name }, numbersOf(service(value))] as const;
      }
    },
  });
}

function numbersOfCluster(env: RegistryEnv): Numbers {
  let numbers = numbersOfClusters.get(env.list);
  if (!numbers) {
    numbers = { addresses: allocator(env, ADDRESSES, addressesOf), ports: allocator(env, PORTS, occupiedPorts) };
    numbersOfClusters.set(env.list, numbers);
  }
  return numbers;
}

/**
 * What one write of a service takes. In a dry run nothing is taken, and what would be is a guess that is never right:
 * the address of the network itself, ports behind the range.
 */
export class ServiceNumbers {
  readonly #numbers: Numbers;
  readonly #context: WriteContext;
  readonly #holder: Key;
  readonly #taken: [NumberAllocator, number][] = [];
  readonly #guessedPorts: number[] = [];

  constructor(service: Service, context: WriteContext) {
    this.#numbers = numbersOfCluster(context);
    this.#context = context;
    this.#holder = { namespace: service.metadata.namespace ?? '', name: service.metadata.name ?? '' };
  }

  /** Ends the write, whether or not it was successful. */
  readonly finish: Finish = () => {
    for (const [allocator, number] of this.#taken.splice(0)) allocator.finish(number);
  };

  /** @throws ApiError 422 */
  takeAddress(text: string, service: Frozen<Service>): void {
    const problem = this.#addressProblem(text);
    if (problem === undefined) return;
    const { clusterIPs } = service.spec;
    const detail = `failed to allocate IP ${text}: ${problem}`;
    throw invalidObject(KIND, this.#holder.name, [invalid('spec.clusterIPs', clusterIPs, detail)]);
  }

  #addressProblem(text: string): string | undefined {
    const { addresses } = this.#numbers;
    const number = addressNumber(text);
    const isInside = number !== undefined && addresses.contains(number);
    if (this.#context.dryRun) {
      return isInside
        ? undefined
        : `the provided IP (${text}) is not in the valid range. The range of valid IPs is ${SERVICE_BLOCK}`;
    }
    if (!isInside) return 'the provided network does not match the current range';
    return this.#take(addresses, number) ? undefined : 'provided IP is already allocated';
  }

  /** @throws ApiError 500 when all are taken */
  takeAnyAddress(): string {
    const { addresses } = this.#numbers;
    if (this.#context.dryRun) return addressText(addresses.range.first - 1);
    const number = addresses.takeAny(this.#context.random, this.#holder);
    if (number === undefined)
      throw internalError(`failed to allocate a serviceIP for Service "${this.#holder.name}": range is full`);
    this.#taken.push([addresses, number]);
    return addressText(number);
  }

  /** @returns what is wrong with the port, or undefined when it is taken now */
  takePort(port: number): string | undefined {
    const { ports } = this.#numbers;
    if (this.#context.dryRun) {
      // The range is not looked at here.
      if (this.#guessedPorts.includes(port) || (ports.contains(port) && ports.isTaken(port))) return PORT_TAKEN;
      this.#guessedPorts.push(port);
      return undefined;
    }
    if (!ports.contains(port)) return PORT_OUTSIDE;
    return this.#take(ports, port) ? undefined : PORT_TAKEN;
  }

  /** @returns undefined when all are taken */
  takeAnyPort(): number | undefined {
    const { ports } = this.#numbers;
    if (this.#context.dryRun) {
      const guess = (this.#guessedPorts.length > 0 ? Math.max(...this.#guessedPorts) : ports.range.last + 1) + 1;
      this.#guessedPorts.push(guess);
      return guess;
    }
    const port = ports.takeAny(this.#context.random, this.#holder);
    if (port !== undefined) this.#taken.push([ports, port]);
    return port;
  }

  #take(allocator: NumberAllocator, number: number): boolean {
    if (!allocator.take(number, this.#holder)) return false;
    this.#taken.push([allocator, number]);
    return true;
  }
}
