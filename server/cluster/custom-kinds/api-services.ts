/** APIService objects of the groups of custom resources (crdRegistrationController and autoRegisterController). */
import type { Cancel } from '../../base/clock.ts';
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { ApiError } from '../../kube/api-error.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Transport } from '../../kube/transport.ts';
import type { APIService } from '../../kube/types.gen.ts';
import type { Definition } from '../../registry/custom/custom-version.ts';
import type { LocalStorage } from '../../storage/storage.ts';

const RESOURCE = 'apiregistration.k8s.io/v1/apiservices';
const BUCKET = 'apiservices.apiregistration.k8s.io';
const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';
const MANAGED = 'kube-aggregator.kubernetes.io/automanaged';

/** What the server wants an APIService to say. */
type Spec = APIService['spec'];

const specOf = (group: string, version: string): Spec => ({
  group,
  version,
  groupPriorityMinimum: 1000,
  versionPriority: 100,
});

export class ApiServices {
  readonly #storage: LocalStorage;
  readonly #transport: Transport;
  /** Versions that have one because of a definition, by group. */
  readonly #known = new Map<string, Set<string>>();

  constructor(storage: LocalStorage, transport: Transport) {
    this.#storage = storage;
    this.#transport = transport;
    for (const { value } of storage.list(`${BUCKET}/`).items) {
      const { group = '', version = '' } = value.spec as { group?: string; version?: string };
      if (isManaged(value)) this.#versionsOf(group).add(version);
    }
  }

  /** Tells of each change of an object that is kept as the definitions want it, or that says it is. */
  follow(changed: (name: string) => void): Cancel {
    return this.#storage.watch(
      `${BUCKET}/`,
      { after: this.#storage.revision(), lasting: true },
      {
        events: (batch) => {
          for (const { now } of batch) {
            const { name = '' } = now.value.metadata;
            const { group = '', version = '' } = now.value.spec as Partial<Spec>;
            if (isManaged(now.value) || this.#known.get(group)?.has(version)) changed(name);
          }
        },
        end: () => undefined,
      },
    );
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
      await this.check(`${version}.${group}`);
    }
    for (const version of known) {
      if (wanted.has(version) || isBuiltIn(version)) continue;
      known.delete(version);
      await this.check(`${version}.${group}`);
    }
  }

  /** Makes one object what it should be; whoever takes the label off keeps it as it is (checkAPIService). */
  async check(name: string): Promise<void> {
    const dot = name.indexOf('.');
    const [version, group] = [name.slice(0, dot), name.slice(dot + 1)];
    const wanted = this.#isWanted(group, version) ? specOf(group, version) : undefined;
    const stored = this.#storage.get(`${BUCKET}/${name}`)?.value as Frozen<APIService> | undefined;
    if (!stored) {
      if (wanted) await this.#create(name, wanted);
    } else if (isManaged(stored)) {
      if (!wanted) await this.#send('delete', name);
      else if (!deepEqual(stored.spec, wanted)) await this.#send('update', name, { ...stored, spec: wanted });
    }
  }

  /** The definitions themselves are asked only where it is not known: they may be many. */
  #isWanted(group: string, version: string): boolean {
    if (this.#known.get(group)?.has(version)) return true;
    return this.#storage.list(`${DEFINITIONS}/`).items.some(({ value }) => {
      const { spec } = value as unknown as Definition;
      return spec.group === group && (spec.versions ?? []).some(({ name, served }) => name === version && served);
    });
  }

  #versionsOf(group: string): Set<string> {
    let versions = this.#known.get(group);
    if (!versions) {
      versions = new Set();
      this.#known.set(group, versions);
    }
    return versions;
  }

  #create(name: string, spec: Spec): Promise<void> {
    const metadata = { name, labels: { [MANAGED]: 'true' } };
    return this.#send('create', name, {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata,
      spec,
    });
  }

  async #send(verb: 'create' | 'update' | 'delete', name: string, body?: object): Promise<void> {
    const key = { namespace: '', name };
    await unlessMissing(this.#transport.send({ verb, resource: RESOURCE, key, ...(body && { body }) }));
    this.#storage.flush();
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
