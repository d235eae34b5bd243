import { applyPatch } from './patch.ts';

/**
 * Objects and their bytes, below their paths: parsed once, stamped, serialized once. Nothing is checked, defaulted or
 * authorized: what is left is what every server in this language has to do.
 */

/** Reads a collection's events as they are sent: lines of JSON. */
export type Watcher = (line: Buffer) => void;

/** What of a collection is wanted. */
export interface Selection {
  /** How many objects at most; all unless given. */
  readonly limit: number | undefined;
  /** How many to pass over: what the page before has said. */
  readonly from: number;
  /** A label that the objects have, with its value: `app=web`. */
  readonly label: string | undefined;
}

export interface Collections {
  item(path: string): Buffer | undefined;
  /** Keeps an object below its collection, and tells the watchers. @returns what is kept */
  write(collection: string, body: Buffer, type: 'ADDED' | 'MODIFIED'): Buffer;
  /** Changes the object of that path, and tells the watchers. @returns what is kept, if it is there */
  patch(path: string, body: Buffer): Buffer | undefined;
  list(collection: string, selection: Selection): Buffer;
  /** What a watch that wants the present first begins with, in parts. */
  initialEvents(collection: string): Iterable<Buffer>;
  /** @returns what ends it */
  watch(collection: string, watcher: Watcher): () => void;
}

interface FloorObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> } & Record<string, unknown>;
}

interface Kept {
  /** What patches change and selectors look at. */
  readonly object: FloorObject;
  readonly bytes: Buffer;
}

/** Stands for the defaults, the status and the managed fields that a Kubernetes API server adds: as many bytes. */
const ADDED_BYTES: Readonly<Record<string, number>> = { Pod: 4470, ConfigMap: 250 };

const PART_BYTES = 256 << 10;
const COMMA = Buffer.from(',');
const LINE_END = Buffer.from('}\n');
const HEADS = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
};

export function createCollections(): Collections {
  const kept = new Map<string, Map<string, Kept>>();
  const watchers = new Map<string, Set<Watcher>>();
  let revision = 1;

  const below = <T>(all: Map<string, T>, path: string, create: () => T): T => {
    const there = all.get(path) ?? create();
    all.set(path, there);
    return there;
  };
  const objectsOf = (path: string): Map<string, Kept> => below(kept, path, () => new Map());
  const watchersOf = (path: string): Set<Watcher> => below(watchers, path, () => new Set());
  const cut = (path: string): { collection: string; name: string } => {
    const at = path.lastIndexOf('/');
    return { collection: path.slice(0, at), name: path.slice(at + 1) };
  };

  function keep(collection: string, object: FloorObject, type: 'ADDED' | 'MODIFIED'): Buffer {
    revision++;
    object.metadata.resourceVersion = String(revision);
    object.metadata.uid ??= `00000000-0000-0000-0000-${String(revision).padStart(12, '0')}`;
    object.metadata.creationTimestamp ??= '2025-01-01T00:00:00Z';
    object.metadata.managedFields = [{ manager: 'bench', filler: 'x'.repeat(ADDED_BYTES[object.kind] ?? 0) }];
    const bytes = Buffer.from(JSON.stringify(object));
    objectsOf(collection).set(object.metadata.name, { object, bytes });
    const audience = watchersOf(collection);
    if (audience.size > 0) {
      const line = Buffer.concat([HEADS[type], bytes, LINE_END]);
      for (const watcher of audience) watcher(line);
    }
    return bytes;
  }

  return {
    item(path) {
      const { collection, name } = cut(path);
      return kept.get(collection)?.get(name)?.bytes;
    },
    write: (collection, body, type) => keep(collection, JSON.parse(body.toString()) as FloorObject, type),
    patch(path, body) {
      const { collection, name } = cut(path);
      const object = kept.get(collection)?.get(name)?.object;
      if (object === undefined) return undefined;
      applyPatch(object, JSON.parse(body.toString()) as object);
      return keep(collection, object, 'MODIFIED');
    },
    list(collection, { limit = Number.POSITIVE_INFINITY, from, label }) {
      const [key = '', value] = label?.split('=') ?? [];
      const parts: Buffer[] = [];
      let seen = 0;
      let more = '';
      for (const { object, bytes } of objectsOf(collection).values()) {
        if (label !== undefined && object.metadata.labels?.[key] !== value) continue;
        if (seen++ < from) continue;
        if (seen > from + limit) {
          more = `,"continue":"${from + limit}"`;
          break;
        }
        parts.push(bytes, COMMA);
      }
      if (parts.length > 0) parts.pop();
      const head = `{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"${revision}"${more}},"items":[`;
      return Buffer.concat([Buffer.from(head), ...parts, Buffer.from(']}')]);
    },
    *initialEvents(collection) {
      let lines: Buffer[] = [];
      let size = 0;
      for (const { bytes } of objectsOf(collection).values()) {
        lines.push(HEADS.ADDED, bytes, LINE_END);
        size += bytes.length;
        if (size < PART_BYTES) continue;
        yield Buffer.concat(lines);
        lines = [];
        size = 0;
      }
      const metadata = `{"resourceVersion":"${revision}","annotations":{"k8s.io/initial-events-end":"true"}}`;
      lines.push(Buffer.from(`{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":${metadata}}}\n`));
      yield Buffer.concat(lines);
    },
    watch(collection, watcher) {
      watchersOf(collection).add(watcher);
      return () => watchersOf(collection).delete(watcher);
    },
  };
}
