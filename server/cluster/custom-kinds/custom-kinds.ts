/**
 * Serves custom resources: follows their definitions, keeps the catalog up to date, and writes the conditions that
 * upstream's controllers of apiextensions write. A request that changes a definition is answered when all is done.
 */
import type { Activity } from '../../base/activity.ts';
import { type Cancel, type Clock, rfc3339 } from '../../base/clock.ts';
import { deepEqual } from '../../base/freeze.ts';
import type { Logger } from '../../base/log.ts';
import { ApiError } from '../../kube/api-error.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Transport } from '../../kube/transport.ts';
import type { Catalog } from '../../registry/catalog.ts';
import type { Definition } from '../../registry/custom/custom-version.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import type { LocalStorage } from '../../storage/storage.ts';
import { ApiServices } from './api-services.ts';
import { definitionStatus } from './definition-status.ts';
import { SERVER } from './server-user.ts';
import { Termination } from './termination.ts';

export const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';
const RESOURCE = 'apiextensions.k8s.io/v1/customresourcedefinitions';

const RETRY_MS = 1000;

export interface CustomKindsParts {
  readonly storage: LocalStorage;
  readonly clock: Clock;
  readonly log: Logger;
  readonly activity: Activity;
}

/** What is there once the rest of a cluster is. */
export interface Serving {
  readonly catalog: Catalog;
  /** As {@link SERVER}. */
  readonly transport: Transport;
}

const groupOf = (name: string): string => name.slice(name.indexOf('.') + 1);

export class CustomKinds {
  readonly #parts: CustomKindsParts;
  /** By their groups, and then by their names. */
  readonly #groups = new Map<string, Map<string, Definition>>();
  /** Names of definitions to look at, in order. */
  readonly #queue = new Set<string>();
  #serving: Serving | undefined;
  #services: ApiServices | undefined;
  #termination: Termination | undefined;
  #running: Promise<void> | undefined;

  constructor(parts: CustomKindsParts) {
    this.#parts = parts;
  }

  /** The kind of definitions, whose writes are followed by what has to be done for them. */
  followed(definition: ResourceDefinition): ResourceDefinition {
    return {
      ...definition,
      afterWrite: async ({ metadata }, { user }) => {
        // Whoever does the work must not wait for it, and a deletion may take long.
        if (user === SERVER || metadata.deletionTimestamp !== undefined) return;
        this.#parts.storage.flush();
        await this.#running;
      },
    };
  }

  /** Begins with what is stored. */
  start(serving: Serving): Cancel {
    const { storage, clock } = this.#parts;
    this.#serving = serving;
    this.#services = new ApiServices(storage, serving.transport);
    const stopServices = this.#services.follow((name) => void this.#checkService(name));
    this.#termination = new Termination({
      catalog: serving.catalog,
      clock,
      write: (definition, change) => this.#write(definition, change),
      again: (name) => this.#enqueue(name),
    });
    for (const { value } of storage.list(`${DEFINITIONS}/`).items) this.#observe(value as unknown as Definition);
    const stopDefinitions = storage.watch(
      `${DEFINITIONS}/`,
      { after: storage.revision(), lasting: true },
      {
        events: (batch) => {
          for (const { type, now } of batch) {
            const definition = now.value as unknown as Definition;
            if (type === 'deleted') this.#forget(definition.metadata.name ?? '');
            else this.#observe(definition);
          }
        },
        end: () => undefined,
      },
    );
    return () => {
      stopServices();
      stopDefinitions();
    };
  }

  /** Somebody has changed the APIService of a definition. */
  async #checkService(name: string): Promise<void> {
    const { activity, log } = this.#parts;
    const done = activity.begin('API services of definitions');
    try {
      // What follows the definitions is done first.
      await this.#running;
      await this.#services?.check(name);
    } catch (err) {
      log.warn({ err, name }, 'an API service could not be kept');
    } finally {
      done();
    }
  }

  #observe(definition: Definition): void {
    const name = definition.metadata.name ?? '';
    this.#group(groupOf(name)).set(name, definition);
    this.#serving?.catalog.setDefinition(name, definition);
    this.#enqueue(name);
  }

  #forget(name: string): void {
    this.#group(groupOf(name)).delete(name);
    this.#serving?.catalog.setDefinition(name, undefined);
    this.#termination?.forget(name);
    this.#enqueue(name);
  }

  #enqueue(name: string): void {
    this.#queue.add(name);
    this.#running ??= this.#work();
  }

  async #work(): Promise<void> {
    const { activity, clock, log } = this.#parts;
    const done = activity.begin('custom resource definitions');
    try {
      // Everything that is there is looked at together.
      await Promise.resolve();
      for (const name of this.#queue) {
        this.#queue.delete(name);
        try {
          await this.#sync(name);
        } catch (err) {
          log.warn({ err, definition: name }, 'a custom resource definition will be looked at again');
          clock.schedule(RETRY_MS, () => this.#enqueue(name));
        }
        this.#parts.storage.flush();
      }
    } finally {
      this.#running = undefined;
      done();
    }
  }

  #group(group: string): Map<string, Definition> {
    let definitions = this.#groups.get(group);
    if (!definitions) {
      definitions = new Map();
      this.#groups.set(group, definitions);
    }
    return definitions;
  }

  async #sync(name: string): Promise<void> {
    const group = groupOf(name);
    const definitions = [...this.#group(group).values()];
    await this.#services?.sync(group, definitions, (version) => this.#isBuiltIn(group, version));
    const definition = this.#group(group).get(name);
    if (!definition) {
      // Its names are free now.
      this.#reconsider(definitions, name);
      return;
    }
    const now = rfc3339(this.#parts.clock.now());
    const status = definitionStatus(definition, definitions, now);
    if (!status) {
      await this.#termination?.sync(definition);
      return;
    }
    await this.#write(definition, (object) => {
      object.status = status;
    });
    if (!deepEqual(status.acceptedNames, definition.status.acceptedNames)) this.#reconsider(definitions, name);
  }

  /** Looks at those again that did not get all names that they want. */
  #reconsider(definitions: readonly Definition[], name: string): void {
    for (const { metadata, spec, status } of definitions) {
      if (metadata.name === name || deepEqual(spec.names, status.acceptedNames)) continue;
      this.#queue.add(metadata.name ?? '');
    }
  }

  #isBuiltIn(group: string, version: string): boolean {
    const groups = this.#serving?.catalog.table.groups ?? [];
    return groups.some((known) => known.group === group && known.versions.some((other) => other.version === version));
  }

  /** Changes a definition through `/status`. Whoever was faster makes it be looked at again. */
  async #write(definition: Definition, change: (object: KubeObject) => void): Promise<void> {
    const body = { ...definition, metadata: { ...definition.metadata } } as unknown as KubeObject;
    change(body);
    const key = { namespace: '', name: definition.metadata.name ?? '' };
    try {
      await this.#serving?.transport.send({ verb: 'update', resource: RESOURCE, key, subresource: 'status', body });
    } catch (error) {
      if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
    }
  }
}
