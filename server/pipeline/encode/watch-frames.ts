import type { ApiError } from '../../kube/api-error.ts';
import { apiVersionOf } from '../../kube/object.ts';
import type { Served } from '../../registry/catalog.ts';
import { partialMetadata } from '../../registry/table.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import type { Encoding, Negotiated } from '../media-types.ts';
import { servedValue, type WatchEvent } from '../request.ts';
import { metaVersion, objectTable } from './forms.ts';
import { jsonBytes, jsonPiece, keepsBytes, type Piece } from './json.ts';
import { objectProtobuf, valueProtobuf, watchFrame } from './protobuf.ts';

const CLOSE_TEXT = '}\n';
const OPEN_TEXT = {
  ADDED: '{"type":"ADDED","object":',
  MODIFIED: '{"type":"MODIFIED","object":',
  DELETED: '{"type":"DELETED","object":',
} as const;
const CLOSE = Buffer.from(CLOSE_TEXT);
const OPEN = {
  ADDED: Buffer.from(OPEN_TEXT.ADDED),
  MODIFIED: Buffer.from(OPEN_TEXT.MODIFIED),
  DELETED: Buffer.from(OPEN_TEXT.DELETED),
} as const;

/**
 * Frames of this turn of the event loop: all watchers of a resource are handed an event in the same turn, and get the
 * same bytes.
 */
const recent = new Map<StoredObject, { type: string; slot: string; frame: Buffer }>();

function sharedFrame(served: Served, { type, object }: WatchEvent, encoding: Encoding): Buffer {
  const slot = `${encoding} ${apiVersionOf(served.info)}`;
  const known = recent.get(object);
  if (known && known.type === type && known.slot === slot) return known.frame;
  const frame =
    encoding === 'protobuf'
      ? watchFrame(type, objectProtobuf(served, object))
      : Buffer.concat([OPEN[type], jsonBytes(served, object), CLOSE]);
  if (recent.size === 0) setImmediate(() => recent.clear());
  recent.set(object, { type, slot, frame });
  return frame;
}

/** Turns the events of one watch into bytes, in the form that its client wants. */
export class FrameEncoder {
  readonly #served: Served;
  readonly #form: Negotiated;
  readonly #now: () => number;
  /** Only the first table of a watch describes its columns, but for few kinds. */
  #columnsSent = false;

  constructor(served: Served, form: Negotiated, now: () => number) {
    this.#served = served;
    this.#form = form;
    this.#now = now;
  }

  event(event: WatchEvent): Buffer {
    if (this.#form.form === 'object') return sharedFrame(this.#served, event, this.#form.encoding);
    return this.#frame(event.type, this.#formed(event.object));
  }

  /** Bytes of one of `count` events at the start of a watch: frames are not worth keeping. */
  initial(event: WatchEvent, count: number, into: Piece[]): number {
    const keep = keepsBytes(count);
    if (this.#form.form !== 'object' || this.isBinary) {
      const frame = this.isBinary && this.#form.form === 'object' ? this.#wholeFrame(event, keep) : this.event(event);
      into.push(frame);
      return frame.length;
    }
    const whole = jsonPiece(this.#served, event.object, keep);
    if (typeof whole === 'string') into.push(OPEN_TEXT[event.type], whole, CLOSE_TEXT);
    else into.push(OPEN[event.type], whole, CLOSE);
    return whole.length;
  }

  bookmark(revision: number, initialEnd: boolean): Buffer {
    const metadata = {
      resourceVersion: String(revision),
      ...(initialEnd && { annotations: { 'k8s.io/initial-events-end': 'true' } }),
    };
    const { info } = this.#served;
    if (this.#form.form === 'object')
      return this.#frame('BOOKMARK', { kind: info.kind, apiVersion: apiVersionOf(info), metadata });
    const apiVersion = metaVersion(this.#form);
    const object = { kind: 'PartialObjectMetadata', apiVersion, metadata };
    if (this.#form.form === 'partial') return this.#frame('BOOKMARK', object);
    const table = { kind: 'Table', apiVersion, metadata: { resourceVersion: String(revision) } };
    return this.#frame('BOOKMARK', { ...table, columnDefinitions: null, rows: [{ cells: [], object }] });
  }

  /** Whether frames are no lines of text. */
  get isBinary(): boolean {
    return this.#form.encoding === 'protobuf';
  }

  #wholeFrame({ type, object }: WatchEvent, keep: boolean): Buffer {
    return watchFrame(type, objectProtobuf(this.#served, object, keep));
  }

  error(error: ApiError): Buffer {
    return this.#frame('ERROR', error.status);
  }

  #formed(object: StoredObject): object {
    if (this.#form.form === 'partial')
      return partialMetadata(object.value, metaVersion(this.#form), this.#served.store.definition);
    if (this.#form.form === 'object') return servedValue(this.#served, object);
    const table = objectTable(this.#served, object, this.#form, this.#now(), !this.#columnsSent);
    this.#columnsSent = this.#served.store.definition.repeatsColumns !== true;
    return table;
  }

  #frame(type: string, object: object): Buffer {
    if (this.isBinary) return watchFrame(type, valueProtobuf(object));
    return Buffer.from(`${JSON.stringify({ type, object })}\n`);
  }
}
