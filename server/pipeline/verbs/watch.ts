import { type Cancel, realOf } from '../../base/clock.ts';
import { ApiError, badRequest, expired, notAcceptable } from '../../kube/api-error.ts';
import { LIMITS } from '../../kube/limits.ts';
import type { Served } from '../../registry/catalog.ts';
import { Unconverted } from '../../registry/custom/conversion/unconverted.ts';
import { tooNew } from '../../registry/errors.ts';
import { type Selection, selectionOf } from '../../registry/selection.ts';
import { StorageError, type StoredEvent } from '../../storage/storage.ts';
import { type ListOptions, listOptionsOf, parseRevision } from '../list-options.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, WatchEvent, WatchObserver, WatchResponse } from '../request.ts';

/** Upstream sends bookmarks about once a minute, and one shortly before the watch times out. */
const BOOKMARK_MS = 60_000;
const LAST_BOOKMARK_MS = 2_000;

const TYPES = { created: 'ADDED', updated: 'MODIFIED', deleted: 'DELETED' } as const;

const eventOf = ({ type, now }: StoredEvent): WatchEvent => ({ type: TYPES[type], object: now });

/** YAML has no form that is streamed. */
const STREAMED = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];

/** GET with `watch=true`, or of a path below `/watch/`. */
export async function watch(request: ApiRequest, served: Served, env: PipelineEnv): Promise<WatchResponse> {
  const options = listOptionsOf(request.query, true);
  const { name } = request.info;
  const namespace = served.info.namespaced ? request.info.namespace : '';
  const asked = selectionOf(options.labelSelector, options.fieldSelector, served.store.definition);
  if (name !== '' && asked.name !== undefined && asked.name !== name)
    throw badRequest("fieldSelector metadata.name doesn't match requested name");
  const fields = name === '' ? options.fieldSelector : [options.fieldSelector, `metadata.name=${name}`].join(',');
  const selection = selectionOf(options.labelSelector, fields.replace(/^,/, ''), served.store.definition);
  if (request.form?.encoding === 'yaml') throw notAcceptable(STREAMED);
  const after = options.resourceVersion === '' ? 0 : parseRevision(options.resourceVersion);
  if (env.storesAnswer && after > 0) await known(after, served);
  return {
    type: 'watch',
    served,
    begin: () => env.begin?.(`a watch of ${request.info.resource}`) ?? ((): void => undefined),
    start: (observer) => {
      const ended = env.requests.watch(request, served.info, selection.name !== undefined);
      return new Watch(served, env, options, selection, observer, ended).start(namespace, after);
    },
  };
}

/** Whoever was told of a revision by another server goes on there. */
async function known(after: number, { store }: Served): Promise<void> {
  // One that nobody has seen yet is not waited for.
  if (after > store.revision()) await store.fresh();
  await store.recall(after);
}

/** One running watch: the state at its start if that was asked for, then events, bookmarks and the end. */
class Watch {
  readonly #served: Served;
  readonly #env: PipelineEnv;
  readonly #options: ListOptions;
  readonly #selection: Selection;
  readonly #observer: WatchObserver;
  readonly #cancels: Cancel[];
  #open = true;

  /** @param ended is called when it ends */
  constructor(
    served: Served,
    env: PipelineEnv,
    options: ListOptions,
    selection: Selection,
    observer: WatchObserver,
    ended: Cancel,
  ) {
    this.#cancels = [ended];
    this.#served = served;
    this.#env = env;
    this.#options = options;
    this.#selection = selection;
    this.#observer = observer;
  }

  start(namespace: string, after: number): Cancel {
    if (this.#begin(namespace, after)) this.#startTimers();
    return () => this.#stop();
  }

  /** @returns whether it goes on */
  #begin(namespace: string, after: number): boolean {
    const { sendInitialEvents, allowWatchBookmarks } = this.#options;
    // Without a version the watch begins with everything there is, unless the client says otherwise.
    const withState = sendInitialEvents ?? after === 0;
    try {
      if (withState) this.#startWithState(namespace, after, allowWatchBookmarks && sendInitialEvents === true);
      else this.#follow(namespace, after === 0 ? this.#served.store.revision() : after);
      return true;
    } catch (error) {
      const fail = (failure: unknown): void => this.#fail(watchError(failure, after));
      if (error instanceof Unconverted) {
        // Objects that a webhook has to convert come when it has.
        error.convert().then(() => this.#open && this.#begin(namespace, after), fail);
        return true;
      }
      queueMicrotask(() => fail(error));
      return false;
    }
  }

  #startWithState(namespace: string, after: number, bookmark: boolean): void {
    const { where } = this.#selection;
    const { store } = this.#served;
    if (after > store.revision()) throw tooNew(String(after), String(store.revision()));
    const { items, revision } = store.list(namespace, where ? { where } : {});
    this.#follow(namespace, revision);
    queueMicrotask(() => {
      if (!this.#open) return;
      if (items.length > 0) this.#send(items.map((object) => ({ type: 'ADDED', object })));
      if (bookmark) this.#observer.bookmark(revision, true);
    });
  }

  #follow(namespace: string, after: number): void {
    const { where } = this.#selection;
    const cancel = this.#served.store.watch(
      namespace,
      { after, ...(where && { where }) },
      {
        events: (batch) => this.#send(batch.map(eventOf)),
        end: () => this.#end(),
      },
    );
    this.#cancels.push(cancel);
  }

  #send(batch: readonly WatchEvent[]): void {
    this.#env.requests.watched(this.#served.info, batch.length);
    this.#observer.events(batch);
  }

  #startTimers(): void {
    const { random } = this.#env.registry;
    const clock = realOf(this.#env.registry.clock);
    const { timeoutSeconds } = this.#options;
    const timeoutMs = timeoutSeconds
      ? timeoutSeconds * 1000
      : LIMITS.watchTimeoutMs * (1 + random.of('watch').fraction());
    this.#cancels.push(clock.schedule(timeoutMs, () => this.#end()));
    if (!this.#options.allowWatchBookmarks) return;
    if (timeoutMs > LAST_BOOKMARK_MS)
      this.#cancels.push(clock.schedule(timeoutMs - LAST_BOOKMARK_MS, () => this.#bookmark()));
    if (timeoutMs > BOOKMARK_MS) this.#repeatBookmarks();
  }

  #repeatBookmarks(): void {
    const cancel = realOf(this.#env.registry.clock).schedule(BOOKMARK_MS, () => {
      this.#cancels.splice(this.#cancels.indexOf(cancel), 1);
      this.#bookmark();
      if (this.#open) this.#repeatBookmarks();
    });
    this.#cancels.push(cancel);
  }

  #bookmark(): void {
    this.#env.flush();
    const { store } = this.#served;
    const revision = store.revision();
    const tell = (): void => {
      if (this.#open) this.#observer.bookmark(revision, false);
    };
    const delivering = store.delivering();
    // A bookmark must not overtake an event.
    if (delivering) delivering.then(tell, tell);
    else tell();
  }

  #fail(error: ApiError): void {
    if (!this.#open) return;
    this.#observer.error(error);
    this.#end();
  }

  #end(): void {
    if (!this.#open) return;
    this.#stop();
    this.#observer.end();
  }

  #stop(): void {
    this.#open = false;
    for (const cancel of this.#cancels.splice(0)) cancel();
  }
}

function watchError(error: unknown, after: number): ApiError {
  if (error instanceof StorageError && error.code === 'expired') {
    return expired(`too old resource version: ${after} (${error.actual})`);
  }
  if (error instanceof ApiError) return error;
  throw error;
}
