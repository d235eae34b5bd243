/**
 * Objects as bytes, below their paths: parsed once, stamped, serialized once. Nothing is checked, defaulted or
 * authorized: what is left is what every server in this language has to do.
 */

/** Reads a collection's events as they are sent: lines of JSON. */
export type Watcher = (line: Buffer) => void;

export interface Collections {
  item(path: string): Buffer | undefined;
  /** Keeps an object below its collection, and tells the watchers. @returns what is kept */
  write(collection: string, body: Buffer, type: 'ADDED' | 'MODIFIED'): Buffer;
  list(collection: string): Buffer;
  /** What a watch that wants the present first begins with, in parts. */
  initialEvents(collection: string): Iterable<Buffer>;
  /** @returns what ends it */
  watch(collection: string, watcher: Watcher): () => void;
}

interface FloorObject {
  readonly kind: string;
  readonly metadata: { readonly name: string } & Record<string, unknown>;
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
  const kept = new Map<string, Map<string, Buffer>>();
  const watchers = new Map<string, Set<Watcher>>();
  let revision = 1;

  const below = <T>(all: Map<string, T>, path: string, create: () => T): T => {
    const there = all.get(path) ?? create();
    all.set(path, there);
    return there;
  };
  const objectsOf = (path: string): Map<string, Buffer> => below(kept, path, () => new Map());
  const watchersOf = (path: string): Set<Watcher> => below(watchers, path, () => new Set());

  function stamped(body: Buffer): { name: string; bytes: Buffer } {
    const object = JSON.parse(body.toString()) as FloorObject;
    revision++;
    object.metadata.resourceVersion = String(revision);
    object.metadata.uid = `00000000-0000-0000-0000-${String(revision).padStart(12, '0')}`;
    object.metadata.creationTimestamp = '2025-01-01T00:00:00Z';
    object.metadata.managedFields = [{ manager: 'bench', filler: 'x'.repeat(ADDED_BYTES[object.kind] ?? 0) }];
    return { name: object.metadata.name, bytes: Buffer.from(JSON.stringify(object)) };
  }

  return {
    item(path) {
      const cut = path.lastIndexOf('/');
      return kept.get(path.slice(0, cut))?.get(path.slice(cut + 1));
    },
    write(collection, body, type) {
      const { name, bytes } = stamped(body);
      objectsOf(collection).set(name, bytes);
      const audience = watchersOf(collection);
      if (audience.size > 0) {
        const line = Buffer.concat([HEADS[type], bytes, LINE_END]);
        for (const watcher of audience) watcher(line);
      }
      return bytes;
    },
    list(collection) {
      const head = `{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"${revision}"},"items":[`;
      const parts: Buffer[] = [Buffer.from(head)];
      for (const bytes of objectsOf(collection).values()) parts.push(bytes, COMMA);
      if (parts.length > 1) parts.pop();
      parts.push(Buffer.from(']}'));
      return Buffer.concat(parts);
    },
    *initialEvents(collection) {
      let lines: Buffer[] = [];
      let size = 0;
      for (const bytes of objectsOf(collection).values()) {
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
