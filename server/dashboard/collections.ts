/** Objects of a kind, kept as they are by a list and a watch. */
import { call, lines, open, Refusal, reasonOf, socketUrl } from './api.ts';
import { pause } from './browser-clock.ts';
import { idOf, type Kind, pathOf } from './kinds.ts';
import type { KubeObject } from './objects.ts';

interface List {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly KubeObject[];
}

interface WatchLine {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject & { readonly code?: number; readonly message?: string };
}

const PAGE = 500;
const RETRY_MS = 1000;

export class Collection {
  readonly kind: Kind;
  /** By uid. */
  readonly items = new Map<string, KubeObject>();
  /** Whether all of them are here and more would come. */
  isLive = false;
  problem: string | undefined;
  /** Grows with each change. */
  revision = 0;
  readonly #changed: () => void;

  constructor(kind: Kind, changed: () => void) {
    this.kind = kind;
    this.#changed = changed;
    void this.#live();
  }

  find(namespace: string, name: string): KubeObject | undefined {
    for (const object of this.items.values())
      if (object.metadata.name === name && (object.metadata.namespace ?? '') === namespace) return object;
    return undefined;
  }

  async #live(): Promise<void> {
    for (;;) {
      try {
        let from = await this.#list();
        // A watch ends now and then: the next one begins where it was, unless that is too long ago.
        for (;;) {
          const next = await this.#watch(from);
          if (next === undefined) break;
          from = next;
        }
      } catch (error) {
        this.problem = reasonOf(error);
        this.isLive = false;
        this.#tell();
        // A kind that older versions lack, or one that is gone.
        if (error instanceof Refusal && (error.status === 404 || error.status === 401)) return;
        await pause(RETRY_MS);
      }
    }
  }

  async #list(): Promise<string> {
    const found = new Map<string, KubeObject>();
    let next: string | undefined = '';
    let revision = '';
    while (next !== undefined) {
      const more: string = next === '' ? '' : `&continue=${encodeURIComponent(next)}`;
      const list: List = await call<List>(`${pathOf(this.kind)}?limit=${PAGE}${more}`);
      for (const item of list.items) found.set(item.metadata.uid, item);
      revision = list.metadata.resourceVersion;
      next = list.metadata.continue || undefined;
    }
    this.items.clear();
    for (const [uid, item] of found) this.items.set(uid, item);
    this.isLive = true;
    this.problem = undefined;
    this.#tell();
    return revision;
  }

  /** @returns where the next watch begins; undefined when everything has to be read again */
  async #watch(from: string): Promise<string | undefined> {
    const path = `${pathOf(this.kind)}?watch=true&allowWatchBookmarks=true&resourceVersion=${from}`;
    let revision = from;
    try {
      for await (const line of location.protocol === 'https:' ? streamed(path) : messages(path)) {
        const { type, object } = JSON.parse(line) as WatchLine;
        if (type === 'ERROR') return undefined;
        revision = object.metadata.resourceVersion;
        if (type === 'BOOKMARK') continue;
        if (type === 'DELETED') this.items.delete(object.metadata.uid);
        else this.items.set(object.metadata.uid, object);
        this.#tell();
      }
    } catch (error) {
      // Too old (410), or whatever else: the list tells.
      if (error instanceof Refusal) return undefined;
      await pause(RETRY_MS);
      return undefined;
    }
    if (revision === from) await pause(RETRY_MS);
    return revision;
  }

  #tell(): void {
    this.revision++;
    this.#changed();
  }
}

async function* streamed(path: string): AsyncGenerator<string> {
  for await (const line of lines(await open(path))) if (line !== '') yield line;
}

/** Over plain HTTP a browser has six connections to a host, and each watch would take one: these are not counted. */
async function* messages(path: string): AsyncGenerator<string> {
  const socket = new WebSocket(socketUrl(path));
  const waiting: string[] = [];
  let wake = (): void => undefined;
  let isOver = false;
  socket.onmessage = ({ data }) => {
    waiting.push(String(data));
    wake();
  };
  socket.onclose = () => {
    isOver = true;
    wake();
  };
  try {
    for (;;) {
      const line = waiting.shift();
      if (line !== undefined) yield line;
      else if (isOver) return;
      else
        await new Promise<void>((done) => {
          wake = done;
        });
    }
  } finally {
    socket.close();
  }
}

const collections = new Map<string, Collection>();

/** Told of every change of every collection. */
export const changes = { changed: (): void => undefined };

/** The objects of a kind; the first who asks begins to watch them. */
export function collectionOf(kind: Kind): Collection {
  const known = collections.get(idOf(kind));
  if (known) return known;
  const made = new Collection(kind, () => changes.changed());
  collections.set(idOf(kind), made);
  return made;
}

export const openCollections = (): readonly Collection[] => [...collections.values()];
