import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type ApiError, badRequest } from '../../kube/api-error.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { pathSegmentProblems } from '../../kube/names.ts';
import type { Key, KubeObject } from '../../kube/object.ts';
import type { Served } from '../../registry/catalog.ts';
import { OTHER_NAMESPACE } from '../../registry/errors.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import type { DecodeNotes } from '../../schema/decode.ts';
import { reuse } from '../../storage/reuse.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import { tellObject } from '../audit/told-body.ts';
import {
  checkEnvelope,
  decodeObject,
  type Expected,
  mediaTypeOf,
  type ParsedBody,
  parseBody,
  withKnownParts,
} from '../decode-body.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest } from '../request.ts';
import type { WriteRequest } from '../write-options.ts';
import { givenSpec, rememberSpec } from './known-specs.ts';
import { knownTail, rememberTail } from './known-tails.ts';

/** The key that the URL names. @throws ApiError 400 for names that no path can carry */
export function requestKey({ info }: ApiRequest, served: Served): Key {
  const problems = pathSegmentProblems(info.name);
  if (problems.length > 0) throw badRequest(`Name parameter invalid: ${goQuote(info.name)}: ${problems.join(';')}`);
  return { namespace: served.info.namespaced ? info.namespace : '', name: info.name };
}

/** Reads and parses the body of a request for an object of `served`. */
export async function readObject(
  request: ApiRequest,
  { kind, type }: Pick<Expected, 'kind' | 'type'>,
): Promise<ParsedBody> {
  return parseBody(await request.body(), mediaTypeOf(request), kind, type);
}

/** The same for a new object, of which only the beginning is parsed if its spec came in the same bytes before. */
export async function readNewObject(request: ApiRequest, served: Served): Promise<ParsedBody> {
  const { info } = served;
  const body = await request.body();
  const mediaType = mediaTypeOf(request);
  if ('bytes' in body && mediaType === 'application/json' && sharesSpec(served)) {
    const known = knownTail(served.store, body.bytes);
    if (known) {
      const { value, text, decoded } = known;
      checkEnvelope(value, info.kind, text);
      return { value, text, decodedSpec: decoded };
    }
  }
  return parseBody(body, mediaType, info.kind, info.type);
}

/** Whether objects of equal specs have one and the same, which is stored as it came. */
const sharesSpec = ({ store, conversion }: Served): boolean => store.definition.sharesSpec === true && !conversion;

/** Where parts may come from instead of the body, as far as the definition lets them. They are frozen. */
interface PartSources {
  /** What is stored, for a write that may leave parts of it alone. */
  readonly stored?: StoredObject | undefined;
  /** Whether it is a write to a subresource, which has no say in the spec. */
  readonly isSubresource?: boolean;
  /**
   * Whether the object is a new one: its body is decoded only once, and a spec that came in the same words before is
   * taken instead of the given one.
   */
  readonly isNew?: boolean;
}

/**
 * A parsed body as the object that would be stored: decoded, in the stored version, with its defaults.
 */
export function storedForm(
  request: ApiRequest,
  served: Served,
  parsed: ParsedBody,
  write: WriteRequest,
  env: PipelineEnv,
  { stored, isSubresource = false, isNew = false }: PartSources = {},
): KubeObject {
  const warn = (text: string): void => {
    if (!request.warnings.includes(text)) request.warnings.push(text);
  };
  const { conversion, store } = served;
  const { definition } = store;
  const { table } = env.catalog;
  const shares = sharesSpec(served);
  const given = shares && isNew && !parsed.decodedSpec ? givenSpec(store, parsed.value) : undefined;
  const known = parsed.decodedSpec ?? given?.decoded;
  const same = stored && !conversion && sameParts(parsed, stored, definition, isSubresource);
  // What is told of the fields of a text is read from the text.
  const notes: DecodeNotes = { unknownFields: false, ownsInput: isNew && parsed.text !== undefined };
  const { value, storedParts } = same || parsed;
  const body = known || same ? withKnownParts(parsed, { value, storedParts, decodedSpec: known }) : parsed;
  const decoded = decodeObject(body, served.info, table, write.fieldValidation, warn, notes);
  const object = conversion ? conversion.toStored(decoded) : decoded;
  definition.fillDefaults?.(object);
  const isTold = request.audit !== undefined || request.note?.keepsBodies === true;
  const told = conversion && isTold ? (conversion.fromStored(object as Frozen<KubeObject>) as KubeObject) : object;
  tellObject(request, told);
  if (given && !notes.unknownFields && !notes.repeatedFields) {
    if (!given.decoded) rememberSpec(store, given, object);
    else if (parsed.text !== undefined) rememberTail(store, parsed.text, given.text, given.decoded);
  }
  return object;
}

const SPEC: readonly string[] = ['spec'];
const SPEC_AND_STATUS: readonly string[] = ['spec', 'status'];
const NO_PARTS: readonly string[] = [];

/**
 * The parts of a stored object that a write leaves as they are, as most of a patch's result and of a PUT: they need no
 * decoding. A part that differs is decoded with all that is in it, because what follows may set fields in it; but for a
 * spec that others have as well, whose parts are opened before they are changed.
 *
 * @returns the value with those parts in place of its own
 */
function sameParts(
  { value, sharesStored }: ParsedBody,
  { value: stored }: StoredObject,
  { sharesSpec: isShared, keepsSpec, keepsParts }: ResourceDefinition,
  isSubresource: boolean,
): { value: unknown; storedParts: object } | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const given: Record<string, unknown> = { ...value };
  const parts: Record<string, unknown> = {};
  const ofShared = isSubresource ? SPEC : SPEC_AND_STATUS;
  const ofKind = isShared ? ofShared : isSubresource && keepsSpec ? SPEC : NO_PARTS;
  for (const name of keepsParts ? [...ofKind, ...keepsParts] : ofKind) {
    const old = stored[name];
    if (old === undefined) continue;
    const part = given[name];
    if (part !== old) {
      if (name === 'spec' && isShared && !isSubresource) {
        if (!sharesStored) given[name] = reuse(part, old);
      } else if (!keepsSpec && deepEqual(part, old)) given[name] = old;
      else continue;
    }
    parts[name] = old;
  }
  const { managedFields, creationTimestamp } = stored.metadata;
  const { metadata } = given as { metadata?: Readonly<Record<string, unknown>> | null };
  if (managedFields && metadata && deepEqual(metadata.managedFields, managedFields)) {
    if (metadata.managedFields !== managedFields) given.metadata = { ...metadata, managedFields };
    parts.metadata = { managedFields, creationTimestamp };
  }
  return { value: given, storedParts: parts };
}

/** The namespace comes from the URL; an object may repeat it. @throws ApiError 400 when it names another */
export function settleNamespace(object: KubeObject, request: ApiRequest, served: Served): void {
  const { namespace } = request.info;
  if (!served.info.namespaced) {
    // What has no namespace loses one that was sent along (EnsureObjectNamespaceMatchesRequestNamespace).
    delete object.metadata.namespace;
    return;
  }
  if (object.metadata.namespace && object.metadata.namespace !== namespace) {
    throw badRequest(OTHER_NAMESPACE);
  }
  object.metadata.namespace = namespace;
}

/** The 400 of an object without a name. @param name that of the URL */
export const undeterminableName = (name: string): ApiError =>
  badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);

/** An update has to carry the name and namespace of its URL. @throws ApiError 400 */
export function checkName(object: Frozen<KubeObject> | KubeObject, { name, namespace }: Key): void {
  const { name: given = '', namespace: givenNamespace = '' } = object.metadata;
  if (given === '') throw undeterminableName(name);
  if (given !== name)
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
  if (namespace !== '' && givenNamespace !== '' && givenNamespace !== namespace) throw badRequest(OTHER_NAMESPACE);
}

/** A PUT with a uid means that object and no other (DefaultUpdatedObjectInfo); patches have no such precondition. */
export function uidOf({ value }: ParsedBody): { uid?: string } {
  const uid = (value as { metadata?: { uid?: unknown } | null } | null)?.metadata?.uid;
  return typeof uid === 'string' && uid !== '' ? { uid } : {};
}
