/** APIService objects of the groups of custom resources (crdRegistrationController and autoRegisterController). */
import type { Frozen } from '../../base/freeze.ts';
import { ApiError } from '../../kube/api-error.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Transport } from '../../kube/transport.ts';
import type { Definition } from '../../registry/custom/custom-version.ts';
import type { Storage } from '../../storage/storage.ts';

const RESOURCE = 'apiregistration.k8s.io/v1/apiservices';
const BUCKET = 'apiservices.apiregistration.k8s.io';
const MANAGED = 'kube-aggregator.kubernetes.io/automanaged';

export class ApiServices {
  readonly #storage: Storage;
  readonly #transport: Transport;
  /** Group versions that have one because of a definition, by group. */
  readonly #known = new Map<string, Set<string>>();

  constructor(storage: Storage, transport: Transport) {
    this.#storage = storage;
    this.#transport = transport;
    for (const { value } of storage.list(`${BUCKET}/`).items) {
      const { group = '', version = '' } = value.spec as { group?: string; version?: string };
      if (isManaged(value)) this.#versionsOf(group).add(version);
    }
  }

  /** Makes the objects of a group fit its definitions. @param isBuiltIn versions that need no definition */
  async sync(
    group: string,
    definitions: readonly Definition[],
    isBuiltIn: (version: string) => boolean,
  ): Promise<void> {
    const wanted = new Set<string>();
    for (const { spec } of definitions)
      for (const { name, served } of spec.versions ?? []) if (served && !isBuiltIn(name)) wanted.add(name);
    const known = this.#versionsOf(group);
    for (const version of wanted) {
      if (known.has(version) && this.#storage.get(`${BUCKET}/${version}.${group}`)) continue;
      known.add(version);
      await this.#create(group, version);
    }
    for (const version of known) {
      if (wanted.has(version) || isBuiltIn(version)) continue;
      known.delete(version);
      await this.#remove(`${version}.${group}`);
    }
  }

  #versionsOf(group: string): Set<string> {
    let versions = this.#known.get(group);
    if (!versions) {
      versions = new Set();
      this.#known.set(group, versions);
    }
    return versions;
  }

  async #create(group: string, version: string): Promise<void> {
    const name = `${version}.${group}`;
    if (this.#storage.get(`${BUCKET}/${name}`)) return;
    const body = {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name, labels: { [MANAGED]: 'true' } },
      spec: { group, version, groupPriorityMinimum: 1000, versionPriority: 100 },
    };
    await unlessMissing(
      this.#transport.send({ verb: 'create', resource: RESOURCE, key: { namespace: '', name }, body }),
    );
  }

  async #remove(name: string): Promise<void> {
    const stored = this.#storage.get(`${BUCKET}/${name}`);
    if (!stored || !isManaged(stored.value)) return;
    await unlessMissing(this.#transport.send({ verb: 'delete', resource: RESOURCE, key: { namespace: '', name } }));
  }
}

const isManaged = ({ metadata }: Frozen<KubeObject>): boolean => metadata.labels?.[MANAGED] === 'true';

/** Somebody else was faster. */
async function unlessMissing(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
  }
}
