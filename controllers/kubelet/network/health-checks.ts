/** What kube-proxy tells load balancers at health check node ports: k8s.io/kubernetes/pkg/proxy/healthcheck. */
import { createServer, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { duplexPair } from '../../../server/base/duplex-pair.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import { backendsOf, isReady } from '../../../server/kube/network/backends.ts';
import { keyOf } from '../../../server/kube/object.ts';
import type { Service } from '../../../server/kube/types.gen.ts';
import { isLoopback } from '../runtime/machine/loopback.ts';
import type { InformedObjects } from './informed-objects.ts';
import type { Origin } from './origin.ts';

export class HealthChecks {
  readonly #objects: InformedObjects;

  constructor(objects: InformedObjects) {
    this.#objects = objects;
  }

  /** @returns undefined where no service is told of */
  dial(origin: Origin, address: string, port: number): Duplex | undefined {
    const node = isLoopback(address) ? origin.node : this.#objects.nodeAt(address)?.metadata.name;
    if (node === undefined) return undefined;
    const service = this.#objects.services().find(({ spec }) => spec.healthCheckNodePort === port);
    if (!service) return undefined;
    const [near, far] = duplexPair();
    // Nothing times out by the host's clock.
    const settings = { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 };
    createServer(settings, (_request, response) => this.#answer(service, node, response)).emit('connection', far);
    return near;
  }

  #answer(service: Frozen<Service>, node: string, response: ServerResponse): void {
    const count = this.#readyOn(service, node);
    response.writeHead(count > 0 ? 200 : 503, {
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
      'x-load-balancing-endpoint-weight': count,
      connection: 'close',
    });
    const { name, namespace } = keyOf(service);
    const told = { service: { namespace, name }, localEndpoints: count, serviceProxyHealthy: true };
    response.end(JSON.stringify(told, null, '\t'));
  }

  /** Endpoints, each once whatever ports it has; those that are about to end do not count. */
  #readyOn(service: Frozen<Service>, node: string): number {
    const backends = backendsOf(this.#objects.slicesOf(keyOf(service)), () => 0);
    const ready = backends.filter((backend) => isReady(backend) && backend.endpoint.nodeName === node);
    return new Set(ready.map(({ address }) => address)).size;
  }
}
