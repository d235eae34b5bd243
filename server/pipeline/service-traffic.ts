/** Where traffic to a service, a pod or a cluster DNS name goes. */
import { isIP } from 'node:net';
import type { Frozen } from '../base/freeze.ts';
import type { Random } from '../base/random.ts';
import { ApiError, badRequest, notFound, serviceUnavailable } from '../kube/api-error.ts';
import { goQuote } from '../kube/go-quote.ts';
import { type Backend, backendsOf, isReady, type PortOf, portNamed } from '../kube/network/backends.ts';
import { type ClusterObjects, HEADLESS } from '../kube/network/cluster-objects.ts';
import type { NodeConnector, RunningPod } from '../kube/node-connector.ts';
import type { Key } from '../kube/object.ts';
import type { Connection } from '../kube/outbound.ts';
import type { Pod, Service } from '../kube/types.gen.ts';
import type { RegistryEnv } from '../registry/resource.ts';
import { outerAddress } from './outer-addresses.ts';

/** A port of a running pod. */
export interface Destination {
  readonly pod: Pick<RunningPod, 'dial'>;
  readonly port: number;
  /** `10.244.1.3:8080`. */
  readonly address: string;
  /** For messages: `pod default/web-x7k2p`. */
  readonly name: string;
  /** Whether it is to be spoken to in TLS; whose certificate it shows does not matter then. */
  readonly isSecret?: boolean;
}

const hostAndPort = (ip: string, port: number): string => `${ip.includes(':') ? `[${ip}]` : ip}:${port}`;

/** Pods that share the network of their node: whichever listens. */
function firstOf(pods: readonly RunningPod[], name: string): Pick<RunningPod, 'dial'> {
  return {
    async dial(port) {
      for (const pod of pods) {
        try {
          return await pod.dial(port);
        } catch {
          // Another one may have the port.
        }
      }
      throw new Error(`connect: connection refused: nothing listens on port ${port} of ${name}`);
    },
  };
}

const SUFFIX = /(?:\.svc(?:\.cluster\.local)?)?\.?$/;

export class ServiceTraffic {
  readonly #registry: RegistryEnv;
  readonly #nodes: NodeConnector;
  readonly #objects: ClusterObjects;
  readonly #random: Random;

  constructor(registry: RegistryEnv, nodes: NodeConnector, objects: ClusterObjects) {
    this.#objects = objects;
    this.#registry = registry;
    this.#random = registry.random.of('traffic');
    this.#nodes = nodes;
  }

  /**
   * A ready endpoint of a service.
   *
   * @param port name or number of a service port; '' takes the only one
   * @throws ApiError 404 when there is no such service, 503 when it has no such port or no ready endpoint
   */
  service(key: Key, port: string): Destination {
    const stored = this.#registry.find('services', key);
    if (!stored) throw notFound({ group: '', resource: 'services' }, key.name);
    const service = stored.value as unknown as Frozen<Service>;
    const wanted = (service.spec.ports ?? []).filter(
      ({ name, port: number }) => port === '' || name === port || String(number) === port,
    );
    if (wanted.length === 0 || (port === '' && wanted.length > 1)) {
      throw serviceUnavailable(`no service port ${goQuote(port)} found for service ${goQuote(key.name)}`);
    }
    const portName = wanted[0]?.name ?? '';
    return this.#anyOf(key, portNamed(portName));
  }

  /**
   * A ready pod behind a service, for the proxy of the API: other endpoints are none for it.
   *
   * @param port name or number of a service port; '' is the one without a name
   * @throws ApiError 404 for a number of no service, 503 when it has no such port or no ready endpoint
   */
  proxiedService(key: Key, port: string): Destination {
    let name = port;
    if (/^[+-]?\d+$/.test(port)) {
      const stored = this.#registry.find('services', key);
      if (!stored) throw notFound({ group: '', resource: 'services' }, key.name);
      const { ports } = (stored.value as unknown as Frozen<Service>).spec;
      const found = ports?.find((each) => each.port === Number(port));
      if (!found) throw serviceUnavailable(`no service port ${Number(port)} found for service ${goQuote(key.name)}`);
      name = found.name ?? '';
    }
    const anyPort: PortOf = ({ ports }) => ports?.find((each) => (each.name ?? '') === name)?.port;
    const backends = this.#backends(key, anyPort).filter(({ target, address }) => this.#isPod(key, target, address));
    const chosen = backends[Math.floor(this.#random.fraction() * backends.length)];
    if (!chosen) throw serviceUnavailable(`no endpoints available for service ${goQuote(key.name)}`);
    return this.#dialable(chosen);
  }

  /** An endpoint may call itself a pod without having its address. */
  #isPod({ namespace }: Key, target: Key | undefined, address: string): boolean {
    if (target?.namespace !== namespace) return false;
    const { status } = (this.#registry.find('pods', target)?.value ?? {}) as Partial<Frozen<Pod>>;
    return status?.podIPs?.some(({ ip }) => ip === address) ?? false;
  }

  /** Where the server itself reaches a service (ResolveCluster). @throws Error in the words of upstream's resolver */
  address(key: Key, port: number): string {
    const { spec } = this.#clusterService(key, port);
    const host = (spec.type === 'ExternalName' ? spec.externalName : spec.clusterIP) ?? '';
    return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  }

  /**
   * A connection to {@link address}: behind a cluster IP is one of the ready endpoints, as kube-proxy sees to it.
   *
   * @throws Error in the words of upstream's resolver, or those of a connection that is refused
   */
  async connection(key: Key, port: number): Promise<Connection> {
    const { spec } = this.#clusterService(key, port);
    if (spec.type === 'ExternalName') return { host: spec.externalName ?? '', port };
    const { name: portName = '' } = (spec.ports ?? []).find((candidate) => candidate.port === port) ?? {};
    const backends = this.#backends(key, portNamed(portName));
    const chosen = backends[Math.floor(this.#random.fraction() * backends.length)];
    const refused = new Error(`dial tcp ${this.address(key, port)}: connect: connection refused`);
    if (!chosen) throw refused;
    const pod = chosen.target ?? this.#objects.podAt(chosen.address);
    // What is no pod of this cluster is an address of the machine's network.
    if (!pod) return { host: chosen.address, port: chosen.port };
    const running = this.#nodes.pod(pod);
    if (!running) throw refused;
    return running.dial(chosen.port).catch(() => Promise.reject(refused));
  }

  #clusterService(key: Key, port: number): Frozen<Service> {
    const stored = this.#registry.find('services', key);
    if (!stored) throw new Error(`service ${goQuote(key.name)} not found`);
    const service = stored.value as unknown as Frozen<Service>;
    const { type, clusterIP, ports = [] } = service.spec;
    if (type === 'ExternalName') return service;
    if (clusterIP === HEADLESS) throw new Error('cannot route to service with ClusterIP "None"');
    if (!ports.some((candidate) => candidate.port === port))
      throw new Error(`no service port ${port} found for service ${goQuote(key.name)}`);
    return service;
  }

  /**
   * @param port a number; '' takes the first port that a container declares
   * @param usual the port where none declares any
   * @throws ApiError 404, 400, 503
   */
  pod(key: Key, port: string, usual = 80): Destination {
    const stored = this.#registry.find('pods', key);
    if (!stored) throw notFound({ group: '', resource: 'pods' }, key.name);
    const { spec, status } = stored.value as unknown as Frozen<Pod>;
    const declared = spec.containers?.flatMap(({ ports }) => ports ?? [])[0]?.containerPort ?? usual;
    const number = port === '' ? declared : Number(port);
    if (!Number.isInteger(number)) throw badRequest(`invalid pod request ${goQuote(`${key.name}:${port}`)}`);
    if (!status.podIP) throw badRequest('address not allowed');
    if (number < 0 || number > 65_535)
      throw serviceUnavailable(`error trying to reach service: dial tcp: address ${port}: invalid port`);
    return this.#running(key, status.podIP, number);
  }

  /**
   * Where a cluster DNS name or address leads; undefined when it is none of this cluster's.
   * @throws ApiError 503 when it is, but nothing answers there
   */
  host(host: string, port: number): Destination | undefined {
    const address = host.replace(/^\[|\]$/g, '');
    if (isIP(address) !== 0) return this.#address(address, port);
    const [first = '', second = 'default', third, ...more] = host.toLowerCase().replace(SUFFIX, '').split('.');
    if (more.length > 0) return undefined;
    const service = this.#registry.find('services', { namespace: second, name: first });
    if (third === undefined && service) {
      const key = { namespace: second, name: first };
      const { clusterIP } = (service.value as unknown as Frozen<Service>).spec;
      // The name of a headless service stands for its pods: they have the port or not, the service is not asked.
      return clusterIP === HEADLESS ? this.#anyOf(key, () => port) : this.service(key, String(port));
    }
    return this.#hostname(first, { namespace: third ?? 'default', name: second }, port);
  }

  /** `web-0.web.namespace`: a pod with a host name, behind a headless service. */
  #hostname(hostname: string, key: Key, port: number): Destination | undefined {
    const service = this.#registry.find('services', key);
    if ((service?.value as unknown as Frozen<Service> | undefined)?.spec.clusterIP !== HEADLESS) return undefined;
    const backends = this.#backends(key, () => port, hostname);
    return backends[0] && this.#dialable(backends[0]);
  }

  /** One of the ready endpoints. @throws ApiError 503 when there is none */
  #anyOf(key: Key, portOf: PortOf): Destination {
    const backends = this.#backends(key, portOf);
    const chosen = backends[Math.floor(this.#random.fraction() * backends.length)];
    if (!chosen) throw serviceUnavailable(`no endpoints available for service ${goQuote(key.name)}`);
    return this.#dialable(chosen);
  }

  #address(ip: string, port: number): Destination | undefined {
    for (const { metadata } of this.#objects.servicesAt(ip))
      return this.service({ namespace: metadata.namespace ?? '', name: metadata.name ?? '' }, String(port));
    const key = this.#objects.podAt(ip);
    return key ? this.#running(key, ip, port) : this.#outer(ip, port);
  }

  /** Addresses for clients that are not in the cluster. */
  #outer(ip: string, port: number): Destination | undefined {
    const outer = outerAddress(this.#registry, ip, port);
    if (!outer) return undefined;
    if ('service' in outer) return this.#anyOf(outer.service, portNamed(outer.portName));
    const name = `node ${outer.node}`;
    const pods = outer.pods.map((key) => this.#nodes.pod(key)).filter((pod) => pod !== undefined);
    return { pod: firstOf(pods, name), port: outer.port, address: hostAndPort(ip, port), name };
  }

  #backends(key: Key, portOf: PortOf, wantedHostname?: string): Backend[] {
    return backendsOf(this.#objects.slicesOf(key), portOf).filter(
      (backend) => isReady(backend) && (wantedHostname === undefined || backend.endpoint.hostname === wantedHostname),
    );
  }

  #dialable({ address, port, target }: Backend): Destination {
    const key = target ?? this.#objects.podAt(address);
    if (!key) throw serviceUnavailable(`error trying to reach service: ${address}:${port} is no pod of this cluster`);
    return this.#running(key, address, port);
  }

  #running(key: Key, ip: string, port: number): Destination {
    const pod = this.#nodes.pod(key);
    if (!pod)
      throw new ApiError(
        503,
        'ServiceUnavailable',
        `error trying to reach service: pod ${key.namespace}/${key.name} does not run`,
      );
    return { pod, port, address: hostAndPort(ip, port), name: `pod ${key.namespace}/${key.name}` };
  }
}
