/** What happens to the objects of a definition that is being deleted (apiextensions-apiserver, CRDFinalizer). */
import { type Cancel, type Clock, rfc3339 } from '../../base/clock.ts';
import { type KubeObject, keyOf } from '../../kube/object.ts';
import type { Catalog } from '../../registry/catalog.ts';
import { onceConverted } from '../../registry/custom/conversion/unconverted.ts';
import { type Definition, isTrue } from '../../registry/custom/custom-version.ts';
import type { ResourceStore } from '../../registry/resource-store.ts';
import { type Condition, withCondition } from './conditions.ts';
import { SERVER } from './server-user.ts';

export const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

/** How long objects with finalizers are waited for before somebody is told. */
const TIMEOUT_MS = 60_000;

export interface TerminationParts {
  readonly catalog: Catalog;
  readonly clock: Clock;
  write(definition: Definition, change: (object: KubeObject) => void): Promise<void>;
  /** Looks at a definition once more. */
  again(name: string): void;
}

const condition = (status: string, reason: string, message: string): Omit<Condition, 'lastTransitionTime'> => ({
  type: 'Terminating',
  status,
  reason,
  message,
});

const IN_PROGRESS = condition('True', 'InstanceDeletionInProgress', 'CustomResource deletion is in progress');
const COMPLETED = condition('False', 'InstanceDeletionCompleted', 'removed all instances');
const NEVER = condition('False', 'NeverEstablished', 'resource was never established');
const OVERDUE = condition(
  'True',
  'InstanceDeletionCheck',
  'could not confirm zero CustomResources remaining: context deadline exceeded',
);

export class Termination {
  readonly #parts: TerminationParts;
  /** Definitions whose objects are on their way out, and how to stop waiting for them. */
  readonly #waiting = new Map<string, Cancel>();

  constructor(parts: TerminationParts) {
    this.#parts = parts;
  }

  forget(name: string): void {
    this.#waiting.get(name)?.();
    this.#waiting.delete(name);
  }

  async sync(definition: Definition): Promise<void> {
    const { name = '', deletionTimestamp, finalizers = [] } = definition.metadata;
    if (deletionTimestamp === undefined || !finalizers.includes(CLEANUP)) return;
    const store = isTrue(definition, 'Established') ? this.#parts.catalog.customKind(name)?.store : undefined;
    if (!store) return this.#finish(definition, NEVER);
    const reason = definition.status.conditions?.find(({ type }) => type === 'Terminating')?.reason;
    if (reason !== IN_PROGRESS.reason && !this.#waiting.has(name)) {
      // The next look deletes.
      return this.#tell(definition, IN_PROGRESS);
    }
    if (!this.#waiting.has(name)) {
      const { items } = await onceConverted(() => store.list(''));
      for (const { value } of items) await this.#remove(store, value as KubeObject);
    }
    if (this.#parts.catalog.storedObjects(store).length > 0) return this.#wait(name, store);
    this.forget(name);
    return this.#finish(definition, COMPLETED);
  }

  async #remove(store: ResourceStore, object: KubeObject): Promise<void> {
    const nothing = async (): Promise<void> => undefined;
    const admission = { mutate: nothing, validate: nothing };
    if (!(await onceConverted(() => store.find(keyOf(object))))) return;
    const write = { user: SERVER, dryRun: false, admission, warn: () => undefined };
    await onceConverted(() => store.delete(keyOf(object), { options: {} }, write));
  }

  #wait(name: string, store: ResourceStore): void {
    if (this.#waiting.has(name)) return;
    const { clock } = this.#parts;
    const timeout = clock.schedule(TIMEOUT_MS, () => this.#overdue(name));
    const cancel = store.watch(
      '',
      { after: store.revision() },
      {
        events: (batch) => {
          if (batch.some(({ type }) => type === 'deleted')) this.#parts.again(name);
        },
        end: () => {
          // The definition has changed, and its objects are read in another way.
          this.forget(name);
          this.#parts.again(name);
        },
      },
    );
    this.#waiting.set(name, () => {
      timeout();
      cancel();
    });
  }

  /** Tells that objects are still there, and tries once more. */
  #overdue(name: string): void {
    this.forget(name);
    const definition = this.#parts.catalog.customKind(name)?.definition;
    if (!definition) return;
    this.#tell(definition, OVERDUE).catch(() => this.#parts.again(name));
  }

  #tell(definition: Definition, told: Omit<Condition, 'lastTransitionTime'>): Promise<void> {
    return this.#parts.write(definition, (object) => this.#set(object, definition, told));
  }

  #finish(definition: Definition, told: Omit<Condition, 'lastTransitionTime'>): Promise<void> {
    return this.#parts.write(definition, (object) => {
      this.#set(object, definition, told);
      object.metadata.finalizers = (definition.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLEANUP);
    });
  }

  #set(object: KubeObject, { status }: Definition, told: Omit<Condition, 'lastTransitionTime'>): void {
    const now = rfc3339(this.#parts.clock.now());
    const conditions = withCondition((status.conditions ?? []) as readonly Condition[], told, now);
    object.status = { ...(object.status as object), conditions };
  }
}
