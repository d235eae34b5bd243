/** A snapshot: all objects of a cluster in one text, a `List` with one of them a line, as data directories keep it. */
import type { Frozen } from '../../base/freeze.ts';
import { badRequest } from '../../kube/api-error.ts';
import { type KubeObject, parseApiVersion } from '../../kube/object.ts';
import type { Catalog } from '../../registry/catalog.ts';
import { locator } from '../../registry/locate.ts';
import { decodeStruct } from '../../schema/decode.ts';
import { capturedOf } from '../../storage/buckets.ts';
import { DamagedFile } from '../../storage/damaged-file.ts';
import { parseSnapshot, snapshotText } from '../../storage/snapshot-text.ts';
import type { Captured } from '../../storage/storage.ts';

/** The text in pieces, each no more than a turn of the event loop takes. The same state makes the same text. */
export async function* textOf(state: Captured): AsyncGenerator<Buffer> {
  const objects = [...state.all()].sort((a, b) => (a.key < b.key ? -1 : 1));
  // Definitions come before their objects, for those who read the text from its beginning.
  const definitions = objects.filter(({ value }) => value.kind === 'CustomResourceDefinition');
  const others = objects.filter(({ value }) => value.kind !== 'CustomResourceDefinition');
  yield* snapshotText({ revision: state.revision, objects: [...definitions, ...others] });
}

/** The storage key of an object whose fields have the types that they have to have. */
function checked(catalog: Catalog): (object: Frozen<KubeObject>) => string {
  const locate = locator(catalog.table);
  const builtIn = new Map(
    catalog.table.groups.flatMap(({ group, versions }) =>
      versions.flatMap(({ version, resources }) =>
        resources.map((info) => [`${group}/${version}/${info.kind}`, info] as const),
      ),
    ),
  );
  return (object) => {
    const key = locate(object);
    const { uid, namespace } = object.metadata;
    if (typeof uid !== 'string' || uid === '') throw new Error('metadata.uid is missing');
    const { group, version } = parseApiVersion(object.apiVersion ?? '') ?? { group: '', version: '' };
    const info = builtIn.get(`${group}/${version}/${object.kind}`);
    if (!info) return key;
    if (info.namespaced !== (namespace !== undefined && namespace !== ''))
      throw new Error(`metadata.namespace is ${info.namespaced ? 'missing' : 'there, and the kind has none'}`);
    decodeStruct(object, info.type, { unknownFields: false });
    return key;
  };
}

/** Reads a whole snapshot. @throws ApiError 400 that says which line is wrong */
export function stateOf(bytes: Buffer, catalog: Catalog): Captured {
  try {
    const { revision, objects } = parseSnapshot(bytes, 'snapshot', checked(catalog));
    return capturedOf(revision, objects);
  } catch (error) {
    if (error instanceof DamagedFile) throw badRequest(whyUnusable(error, bytes));
    throw error;
  }
}

function whyUnusable({ line, what }: DamagedFile, bytes: Buffer): string {
  // Whatever YAML's trouble with JSON is, it helps nobody.
  const isYaml = !/^\s*(?:\{|$)/.test(bytes.toString('latin1', 0, SHOWN_BYTES));
  const why = isYaml ? 'line 1: it is no snapshot' : `line ${line}: ${what}`;
  const advice = line === 1 ? `. ${ADVICE}` : '';
  return `the snapshot cannot be used, and nothing was changed: ${why}${advice}`;
}

/** Enough to see how a text begins. */
const SHOWN_BYTES = 1024;
const ADVICE =
  'Give a file that `fauxkube snapshot save` has written; manifests are loaded by `fauxkube start --fixtures`, or ' +
  'applied with kubectl';
