/** Where requests from outside go, by the Ingresses that are stored right now. */
import { type Frozen, getOwn } from '../base/freeze.ts';
import { isServedIngress } from '../kube/network/ingress-classes.ts';
import { IngressTable } from '../kube/network/ingress-table.ts';
import type { Ingress, IngressClass, Secret } from '../kube/types.gen.ts';
import type { RegistryEnv } from '../registry/resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { Destination, ServiceTraffic } from './service-traffic.ts';

/** A certificate and its key, PEM. */
export interface HostCertificate {
  readonly cert: string;
  readonly key: string;
}

/** What a table was made of. */
interface Made {
  readonly ingresses: readonly StoredObject[];
  readonly classes: readonly StoredObject[];
  readonly table: IngressTable;
}

export class IngressTraffic {
  readonly #registry: RegistryEnv;
  readonly #services: ServiceTraffic;
  #made: Made | undefined;

  constructor(registry: RegistryEnv, services: ServiceTraffic) {
    this.#registry = registry;
    this.#services = services;
  }

  /**
   * @param path without its query, decoded
   * @returns undefined when no Ingress is for it
   * @throws ApiError when the service is not there, has no such port or no ready endpoint
   */
  find(host: string, path: string): Destination | undefined {
    const target = this.#table().find(host, path);
    return target && this.#services.service(target.service, target.port);
  }

  /** What the Ingress of a host proves it with; undefined when it has nothing. */
  certificate(host: string): HostCertificate | undefined {
    const key = this.#table().secretOf(host);
    const secret = key && (this.#registry.find('secrets', key)?.value as Frozen<Secret> | undefined);
    const [cert, privateKey] = ['tls.crt', 'tls.key'].map((name) => getOwn(secret?.data, name));
    if (!cert || !privateKey) return undefined;
    return { cert: Buffer.from(cert, 'base64').toString(), key: Buffer.from(privateKey, 'base64').toString() };
  }

  /** Made anew only when something has changed. */
  #table(): IngressTable {
    const ingresses = this.#registry.list('ingresses.networking.k8s.io');
    const classes = this.#registry.list('ingressclasses.networking.k8s.io');
    if (this.#made && isSame(this.#made.ingresses, ingresses) && isSame(this.#made.classes, classes))
      return this.#made.table;
    const known = classes.map(({ value }) => value as unknown as Frozen<IngressClass>);
    const served = ingresses
      .map(({ value }) => value as unknown as Frozen<Ingress>)
      .filter((ingress) => isServedIngress(ingress, known));
    const table = new IngressTable(served);
    this.#made = { ingresses, classes, table };
    return table;
  }
}

function isSame(before: readonly StoredObject[], now: readonly StoredObject[]): boolean {
  return before.length === now.length && now.every((object, i) => object === before[i]);
}
