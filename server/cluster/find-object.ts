/** Finds objects of a cluster by the words that people use for them. */
import type { Frozen } from '../base/freeze.ts';
import { ApiError } from '../kube/api-error.ts';
import type { KubeObject } from '../kube/object.ts';
import {
  DEFAULT_NAMESPACE,
  findResource,
  type NamedResource,
  type Place,
  parseTarget,
  type Selection,
  unknownResource,
} from '../kube/resource-argument.ts';
import type { Transport } from '../kube/transport.ts';
import type { Catalog } from '../registry/catalog.ts';

const idOf = ({ group, version, resource }: NamedResource): string =>
  group === '' ? `${version}/${resource}` : `${group}/${version}/${resource}`;

/** Asks as one user, with names that the catalog resolves. */
export class ObjectFinder {
  readonly #catalog: Catalog;
  readonly #transport: Transport;

  constructor(catalog: Catalog, transport: Transport) {
    this.#catalog = catalog;
    this.#transport = transport;
  }

  /** @throws Error when nothing has that name */
  async resolve(text: string): Promise<NamedResource> {
    const own = this.#catalog.groups.flatMap(({ versions }) => versions.flatMap(({ resources }) => resources));
    const found = findResource(own, text) ?? findResource(await this.#extended(), text);
    if (found) return found;
    throw unknownResource(text);
  }

  /** What other servers extend the API by: of that only the plural and the kind are known. */
  async #extended(): Promise<NamedResource[]> {
    const served = await this.#transport.resources();
    return served.map((info) => ({ ...info, singular: info.kind.toLowerCase(), shortNames: [] }));
  }

  /** The caller knows what its objects look like. */
  async get<T extends object = Frozen<KubeObject>>(
    target: string,
    { namespace = DEFAULT_NAMESPACE }: Place = {},
  ): Promise<T | undefined> {
    const { resource, name } = parseTarget(target);
    const found = await this.resolve(resource);
    try {
      const key = { namespace: found.namespaced ? namespace : '', name };
      return (await this.#transport.send({ verb: 'get', resource: idOf(found), key })) as object as T;
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    }
  }

  async list<T extends object = Frozen<KubeObject>>(
    resource: string,
    { namespace = DEFAULT_NAMESPACE, ...selectors }: Selection = {},
  ): Promise<readonly T[]> {
    const found = await this.resolve(resource);
    const { items } = await this.#transport.list({
      resource: idOf(found),
      namespace: found.namespaced ? namespace : '',
      ...selectors,
    });
    return items as readonly object[] as readonly T[];
  }
}
