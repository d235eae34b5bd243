import type { Duplex } from 'node:stream';
import type { Clock } from '../../../server/base/clock.ts';
import type { ExtensionServers } from '../../../server/kube/extension-server.ts';
import {
  ClusterDns,
  clusterDnsAddress,
  type DnsAnswer,
  type DnsQuestion,
} from '../../../server/kube/network/cluster-dns.ts';
import type { ApiServerDoor, RunningPod } from '../../../server/kube/node-connector.ts';
import type { Key } from '../../../server/kube/object.ts';
import type { ControllerEnv } from '../../lib/controller.ts';
import type { PodUplink } from '../runtime/container/pod-network.ts';
import { NODE_NAME_SERVER } from '../runtime/files/name-resolution.ts';
import { SystemError } from '../runtime/machine/errno.ts';
import { Datagrams } from './datagrams.ts';
import { HealthChecks } from './health-checks.ts';
import { InformedObjects } from './informed-objects.ts';
import { type Origin, towards } from './origin.ts';
import type { PolicyPod } from './policies.ts';
import { PolicyCheck } from './policy-check.ts';
import { type Route, Routes } from './routes.ts';

/** For how long a kernel sends SYNs that nobody answers: net.ipv4.tcp_syn_retries = 6. */
const CONNECT_MS = 127_000;
const DNS_PORT = 53;

/** Ports that clients get for their own ends: net.ipv4.ip_local_port_range. */
const CLIENT_PORTS = { first: 32_768, last: 60_999 } as const;

/** Policies see the cluster's DNS as what it is elsewhere: pods of CoreDNS. */
const DNS_PODS: PolicyPod = {
  namespace: 'kube-system',
  labels: { 'k8s-app': 'kube-dns' },
  portNamed: (name, protocol) => (name === (protocol === 'UDP' ? 'dns' : 'dns-tcp') ? DNS_PORT : undefined),
};

/** API servers that pods have to do with. */
export interface ApiServers {
  /** The cluster's; absent where it is none of this process: then nothing leads there. */
  readonly own?: ApiServerDoor;
  /** Makes those that programs in pods run. */
  readonly extensions?: ExtensionServers;
}

/** The network between the pods of a cluster: whatever is not part of it cannot be reached. */
export class ClusterNetwork {
  readonly env: ControllerEnv;
  readonly #clock: Clock;
  readonly #running: (key: Key) => RunningPod | undefined;
  readonly #objects: InformedObjects;
  readonly #routes: Routes;
  readonly #policies: PolicyCheck;
  readonly #datagrams: Datagrams;
  readonly #health: HealthChecks;
  readonly #dns: ClusterDns;
  readonly #apiServers: ApiServers;
  #clientPort: number = CLIENT_PORTS.first;

  constructor(env: ControllerEnv, running: (key: Key) => RunningPod | undefined, apiServers: ApiServers = {}) {
    this.env = env;
    this.#apiServers = apiServers;
    this.#clock = env.clock;
    this.#running = running;
    this.#objects = new InformedObjects(env);
    this.#routes = new Routes(this.#objects, env.random);
    this.#policies = new PolicyCheck(this.#objects);
    const nextPort = (): number => this.#nextPort();
    const [objects, routes, policies] = [this.#objects, this.#routes, this.#policies];
    this.#datagrams = new Datagrams({ clock: env.clock, objects, routes, policies, running, nextPort });
    this.#health = new HealthChecks(this.#objects);
    this.#dns = new ClusterDns(this.#objects);
  }

  /** The network as one pod has it. */
  from(origin: Origin): PodUplink {
    return {
      extensionServers: this.#apiServers.extensions,
      isApiServer: (address, port) => this.#apiServers.own?.isAt(address, port) ?? false,
      addresses: origin.addresses,
      clientPort: () => this.#nextPort(),
      send: (port, data, to) => this.#datagrams.send(towards(origin, to.address), port, data, to),
      dial: (address, port) => this.#dial(towards(origin, address), address, port),
      query: (server, question) => this.#query(origin, server, question),
    };
  }

  async #dial(origin: Origin, address: string, port: number): Promise<Duplex> {
    const health = this.#health.dial(origin, address, port);
    if (health) return health;
    const route = this.#route(origin, address, port);
    if (route === 'refused') throw new SystemError('ECONNREFUSED');
    if (route === 'unreachable') throw new SystemError('EHOSTUNREACH');
    if (route === 'dropped') return this.#unanswered();
    const { own } = this.#apiServers;
    if (own?.isAt(route.address, route.port)) {
      const server = { address: route.address };
      if (!this.#policies.isAllowed(origin, server, route.port, 'TCP')) return this.#unanswered();
      return own.connect({ address: origin.address, port: this.#nextPort() });
    }
    const pods = route.pods.length > 0 ? route.pods : [undefined];
    let code: 'ECONNREFUSED' | 'EHOSTUNREACH' = this.#objects.nodeAt(route.address) ? 'ECONNREFUSED' : 'EHOSTUNREACH';
    for (const key of pods) {
      const server = this.#policies.end(key, route.address);
      if (!this.#policies.isAllowed(origin, server, route.port, 'TCP')) return this.#unanswered();
      const running = key && this.#running(key);
      if (!running) continue;
      code = 'ECONNREFUSED';
      try {
        return await running.dial(route.port, { address: route.seenAs ?? origin.address, port: this.#nextPort() });
      } catch {
        // Another pod in the network of the same node may have the port.
      }
    }
    throw new SystemError(code);
  }

  #route(origin: Origin, address: string, port: number): Route {
    const route = this.#routes.find(origin, { address, port, protocol: 'TCP' }, this.#clock.now());
    // Its address is one of the world outside, which the objects of the cluster know nothing of.
    return route === 'unreachable' && this.#apiServers.own?.isAt(address, port) ? { address, port, pods: [] } : route;
  }

  /** The kernel gives up at last; programs that have less time do so sooner. */
  #unanswered(): Promise<never> {
    return new Promise((_, reject) => {
      this.#clock.schedule(CONNECT_MS, () => reject(new SystemError('ETIMEDOUT')));
    });
  }

  #nextPort(): number {
    const port = this.#clientPort;
    this.#clientPort = port < CLIENT_PORTS.last ? port + 1 : CLIENT_PORTS.first;
    return port;
  }

  async #query(origin: Origin, server: string, question: DnsQuestion): Promise<DnsAnswer> {
    // Nobody has told the one of the nodes anything.
    if (server === NODE_NAME_SERVER) return { status: 'NXDOMAIN', records: [], additional: [] };
    const dns = { address: server, pod: DNS_PODS };
    const isLetThrough = this.#policies.isAllowed(origin, dns, DNS_PORT, 'UDP');
    // Datagrams that are lost are lost: whoever asks knows how long to wait.
    if (!this.#isDns(server) || !isLetThrough) return new Promise<never>(() => undefined);
    return this.#shuffled(this.#dns.answer(question));
  }

  #isDns(server: string): boolean {
    return server === clusterDnsAddress((key) => this.#objects.service(key));
  }

  /** CoreDNS gives addresses in a different order each time, so that clients spread. */
  #shuffled({ records, ...answer }: DnsAnswer): DnsAnswer {
    const first = Math.floor(this.env.random.fraction() * records.length);
    const isList = records.every(({ type }) => type === 'A');
    return { ...answer, records: isList ? [...records.slice(first), ...records.slice(0, first)] : records };
  }
}
