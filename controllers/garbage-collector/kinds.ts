import type { ServedResource } from '../../server/kube/transport.ts';
import type { Client } from '../lib/client.ts';

/** Which resource serves the objects of a kind, as owner references name it. */
export class Kinds {
  readonly #client: Client;
  #known = new Map<string, ServedResource>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** @returns undefined for a kind that is not served */
  async of(apiVersion: string, kind: string): Promise<ServedResource | undefined> {
    const key = `${apiVersion}/${kind}`;
    const known = this.#known.get(key);
    if (known) return known;
    const resources = await this.#client.resources();
    this.#known = new Map();
    for (const resource of resources) {
      const { group, version } = resource;
      const name = `${group === '' ? version : `${group}/${version}`}/${resource.kind}`;
      if (!this.#known.has(name)) this.#known.set(name, resource);
    }
    return this.#known.get(key);
  }

  /** To be called when kinds may have come or gone. */
  forget(): void {
    this.#known.clear();
  }
}
