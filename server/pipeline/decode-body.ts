/** From the body of a request to a canonical object of the kind that the URL names. */

import type { Frozen } from '../base/freeze.ts';
import { ApiError, badRequest, integerNotImplemented, unsupportedMediaType } from '../kube/api-error.ts';
import { LIMITS } from '../kube/limits.ts';
import { apiVersionOf, type KubeObject, parseApiVersion } from '../kube/object.ts';
import { convertedIntegers } from '../schema/converted-integers.ts';
import { DecodeError, type DecodeNotes, decodeStruct } from '../schema/decode.ts';
import { jsonKind } from '../schema/decode-error.ts';
import { countKeys, goSyntaxError, integerBeyondFloat, measureJson, parseAsGo } from '../schema/json-text.ts';
import { decodeProtobuf, type ProtobufEnvelope, readEnvelope } from '../schema/protobuf.ts';
import { readRepeated } from '../schema/repeated-fields.ts';
import { strictProblems } from '../schema/strict.ts';
import type { TypeDescription, TypeTable } from '../schema/type-table.ts';
import { decodeCustom } from './decode-custom.ts';
import type { ApiRequest, Body } from './request.ts';

/** What the URL says the body is. */
export interface Expected {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly type: TypeDescription;
}

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const ACCEPTED = ['application/json', 'application/yaml', PROTOBUF];

/**
 * A body as parsed JSON, and its text for the search for unknown and duplicate fields. A value that a patch made has
 * no text of its own, nor has an object of a client in the same process.
 */
export interface ParsedBody {
  readonly value: unknown;
  readonly text?: string | undefined;
  readonly textless?: boolean | undefined;
  /** Whether the value is canonical already: protobuf is read that way. */
  readonly isCanonical?: boolean | undefined;
  readonly patched?: Patched | undefined;
  /** Whether the value has the very parts of the stored object wherever they are equal. */
  readonly sharesStored?: boolean | undefined;
  /** What the spec is once it is decoded, where that is known already. */
  readonly decodedSpec?: Frozen<object> | undefined;
  /** Parts of the stored object, which need no decoding where the value has the very same. */
  readonly storedParts?: object | undefined;
  /** The error for a value that its type cannot hold, where it is not that of bodies. */
  readonly undecodable?: ((error: DecodeError) => ApiError) | undefined;
  /** Says what is wrong with a value that cannot be decoded, if it knows better than the decoder. @throws ApiError */
  readonly explain?: (() => void) | undefined;
}

/** What of a body is known before it is decoded. */
type KnownParts = Pick<ParsedBody, 'value' | 'storedParts' | 'decodedSpec'>;

/** A body of which parts are known. All have the same fields: the engine reads them without looking for each. */
export function withKnownParts(body: ParsedBody, { value, storedParts, decodedSpec }: KnownParts): ParsedBody {
  const { text, textless, isCanonical, patched, undecodable, explain } = body;
  return { value, text, textless, isCanonical, patched, decodedSpec, storedParts, undecodable, explain };
}

/** What a patch brought, beside the value that it made. */
export interface Patched {
  /** Fields that its text has twice. */
  readonly duplicates: readonly string[];
  /** The 422 for problems that the request does not let pass. */
  refuse(detail: string): ApiError;
}

/** What mime.ParseMediaType takes for parameters. */
const PARAMETERS = /^(?:\s*;\s*[\w!#$%&'*+.^`|~-]+=(?:[\w!#$%&'*+.^`|~-]+|"(?:[^"\\]|\\.)*"))*\s*;?\s*$/;

const BARE_TYPE = /^[a-z0-9/+.-]+$/;

/** The header that was read last: several steps of a request ask, and clients say the same each time. */
let lastRead = { header: '', mediaType: 'application/json' };

/** The media type without parameters; JSON when the client does not say, nothing when it cannot be read. */
export function mediaTypeOf(request: ApiRequest): string {
  const header = request.header('content-type') ?? '';
  if (header !== lastRead.header) lastRead = { header, mediaType: readMediaType(header) };
  return lastRead.mediaType;
}

function readMediaType(header: string): string {
  if (header === '') return 'application/json';
  if (BARE_TYPE.test(header)) return header;
  const [type = ''] = header.split(';', 1);
  return PARAMETERS.test(header.slice(type.length)) ? type.trim().toLowerCase() : '';
}

/** runtime.summarizeData: the beginning of a body, in hexadecimal unless it looks like JSON. */
function summary(text: string): string {
  if (text === '') return '<empty>';
  const bytes = Buffer.from(text);
  const head = bytes.subarray(0, 30);
  const shown = text.startsWith('{') ? head.toString() : head.toString('hex');
  return bytes.length > 30 ? `${shown} ...` : shown;
}

/** @param kind that the body should have; undefined for options, which upstream refuses without further words */
const unrecognized = (kind: string | undefined, why: string, text: string): ApiError =>
  badRequest(
    kind === undefined
      ? why
      : `the object provided is unrecognized (must be of type ${kind}): ${why} (${summary(text)})`,
  );

/** @throws ApiError 415 for bodies that nobody can read */
export function checkMediaType(mediaType: string): void {
  if (!ACCEPTED.includes(mediaType)) throw unsupportedMediaType(ACCEPTED);
}

const UNREADABLE = "couldn't get version/kind; json parse error: ";

const TYPE_META =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** @throws ApiError 400 for bytes that cannot be read as what they say they are, 415 for other media types */
export async function parseBody(
  body: Body,
  mediaType: string,
  kind: string | undefined,
  type: TypeDescription,
): Promise<ParsedBody> {
  if ('object' in body) return { value: body.object, textless: true };
  if (mediaType === PROTOBUF) return { value: parseProtobuf(body.bytes, kind, type), isCanonical: true };
  const text = body.bytes.toString();
  if (mediaType === 'application/yaml') {
    try {
      // Few requests bring YAML, and its reader is large: it is loaded when the first one does.
      const { parseYaml } = await import('./yaml.ts');
      const value = parseYaml(text);
      checkEnvelope(value, kind, text);
      return { value, text: JSON.stringify(sorted(value)) };
    } catch (error) {
      throw error instanceof ApiError ? error : unrecognized(kind, (error as Error).message, text);
    }
  }
  checkMediaType(mediaType);
  const value = parseJson(body.bytes, text, kind);
  checkEnvelope(value, kind, text);
  return { value, text };
}

function parseProtobuf(bytes: Buffer, kind: string | undefined, type: TypeDescription): unknown {
  let envelope: ProtobufEnvelope;
  try {
    envelope = readEnvelope(bytes);
  } catch (error) {
    throw unrecognized(kind, (error as Error).message, bytes.toString('latin1'));
  }
  const { kind: found, apiVersion } = envelope;
  // Options are read as any other kind is; only what is said of bad ones has no name of theirs.
  if (found !== '' && found !== (kind ?? 'DeleteOptions')) return { kind: found, apiVersion };
  try {
    return decodeProtobuf(envelope, type);
  } catch (error) {
    const why = (error as Error).message;
    if (found === '' || kind === undefined) throw unrecognized(kind, why, bytes.toString('latin1'));
    const version = parseApiVersion(apiVersion)?.version ?? apiVersion;
    throw badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`);
  }
}

function parseJson(bytes: Buffer, text: string, kind: string | undefined): unknown {
  let value: unknown;
  try {
    value = parseAsGo(text);
  } catch {
    throw unrecognized(kind, UNREADABLE + goSyntaxError(bytes), text);
  }
  const integer = integerBeyondFloat(text);
  if (integer !== undefined) throw integerNotImplemented(integer);
  return value;
}

/** Kind and apiVersion are read before anything else. @throws ApiError 400 */
export function checkEnvelope(value: unknown, kind: string | undefined, text: string): void {
  if (value === null) return;
  if (typeof value !== 'object' || Array.isArray(value)) {
    const why = `json: cannot unmarshal ${jsonKind(value)} into Go value of type ${TYPE_META}`;
    throw unrecognized(kind, UNREADABLE + why, text);
  }
  for (const field of ['apiVersion', 'kind'] as const) {
    const found = (value as Record<string, unknown>)[field];
    if (found === undefined || found === null || typeof found === 'string') continue;
    const why = `json: cannot unmarshal ${jsonKind(found)} into Go struct field .${field} of type string`;
    throw unrecognized(kind, UNREADABLE + why, text);
  }
  const { apiVersion } = value as { apiVersion?: string | null };
  if (apiVersion && !parseApiVersion(apiVersion))
    throw unrecognized(kind, `unexpected GroupVersion string: ${apiVersion}`, text);
}

/** The message about a kind that nothing serves. */
export const notRegistered = (kind: string, apiVersion: string): string =>
  `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} ` +
  'in scheme "pkg/runtime/scheme.go:111"';

/** Keys in the order in which Go's YAML reader hands them on. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

/** How many keys a text has. @throws ApiError 400 when it nests deeper than anybody can follow */
export function checkDepth(text: string): { keys: number } {
  const measure = measureJson(text);
  if (measure.depth > LIMITS.jsonDepth) throw badRequest(`json: exceeded max depth of ${LIMITS.jsonDepth}`);
  return measure;
}

/** The kind that the body says it is has to be the one of the URL. */
function checkKind(value: Record<string, unknown>, expected: Expected, table: TypeTable): void {
  const kind = typeof value.kind === 'string' && value.kind !== '' ? value.kind : expected.kind;
  const apiVersion =
    typeof value.apiVersion === 'string' && value.apiVersion !== '' ? value.apiVersion : apiVersionOf(expected);
  if (kind === expected.kind && apiVersion === apiVersionOf(expected)) return;
  const groupVersion = parseApiVersion(apiVersion) ?? { group: '', version: apiVersion };
  const begin = `${kind} in version ${JSON.stringify(groupVersion.version)} cannot be handled as a ${expected.kind}`;
  const known = table.typeOfKind(groupVersion.group, groupVersion.version, kind);
  if (!known) throw badRequest(`${begin}: ${notRegistered(kind, apiVersion)}`);
  if (kind !== expected.kind) {
    const from = known.name.split('.').slice(-2).join('.');
    throw badRequest(
      `${begin}: converting (${from}) to (${internalPackage(expected.group)}.${expected.kind}): unknown conversion`,
    );
  }
  throw badRequest(
    `the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(expected)})`,
  );
}

/** The Go package of a group's internal types. */
export function internalPackage(group: string): string {
  return group === '' ? 'core' : (group.split('.', 1)[0] ?? '');
}

/**
 * Decodes a parsed body. Unknown and duplicate fields are refused, told or ignored, as the request wants.
 *
 * @param notes get to know whether fields were dropped
 * @throws ApiError 400
 */
export function decodeObject(
  { value, text, textless, isCanonical, patched, decodedSpec, storedParts, undecodable, explain }: ParsedBody,
  expected: Expected,
  table: TypeTable,
  validation: FieldValidation,
  warn: (text: string) => void,
  notes: DecodeNotes = { unknownFields: false },
): KubeObject {
  const { custom: reader } = expected.type;
  const isMap = typeof value === 'object' && !Array.isArray(value);
  if (reader && isMap) {
    if (text !== undefined) checkDepth(text);
    const body = { value, ...(text !== undefined && { text }), ...(textless && { textless }) };
    const parsed = { ...body, ...(patched && { patched }), ...(undecodable && { undecodable }) };
    const { group, version, kind, type } = expected;
    const told = (problems: readonly string[]): void => report(problems, expected, validation, warn, patched);
    return decodeCustom(parsed, { group, version, kind, type, reader }, validation, told, (why, whole) =>
      unrecognized(kind, why, whole),
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    if (value === null) return decode({}, expected, { unknownFields: false }, { text });
    const why = `json: cannot unmarshal ${jsonKind(value)} into Go value of type ${TYPE_META}`;
    throw unrecognized(expected.kind, UNREADABLE + why, text ?? '');
  }
  const isRepeated = text !== undefined && checkDepth(text).keys !== countKeys(value);
  if (isRepeated) notes.repeatedFields = true;
  const document = (isRepeated ? readRepeated(text, expected.type) : value) as Record<string, unknown>;
  // Go reads a mere slash as no group and no version.
  const given = document.apiVersion === '/' ? { ...document, apiVersion: '' } : document;
  checkKind(given, expected, table);
  if (isCanonical) return named(given, expected);
  // A text with two specs has what both say.
  const spec = isRepeated && 'spec' in value ? undefined : decodedSpec;
  const undecoded = spec ? { ...given, spec: undefined } : given;
  const object = decode(undecoded, expected, notes, { text, undecodable, storedParts, explain });
  if (spec) object.spec = spec;
  if (validation === 'Ignore') return object;
  if (textless && notes.unknownFields)
    report(strictProblems(JSON.stringify(value), expected.type), expected, validation, warn);
  if (patched) {
    const unknown = notes.unknownFields ? strictProblems(JSON.stringify(sorted(value)), expected.type) : [];
    report([...patched.duplicates, ...unknown], expected, validation, warn, patched);
  }
  if (text !== undefined && (notes.unknownFields || isRepeated)) {
    report(strictProblems(text, expected.type), expected, validation, warn);
  }
  return object;
}

/** Where a value comes from. */
type DecodedFrom = {
  readonly [Key in 'text' | 'undecodable' | 'storedParts' | 'explain']?: ParsedBody[Key] | undefined;
};

function decode(
  value: Record<string, unknown>,
  expected: Expected,
  notes: DecodeNotes,
  { text, undecodable, storedParts, explain }: DecodedFrom,
): KubeObject {
  try {
    return named(
      decodeStruct(value, expected.type, notes, storedParts as Record<string, unknown> | undefined),
      expected,
    );
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    explain?.();
    if (undecodable) return converted(value, expected, notes, error, undecodable);
    throw badRequest(
      `${expected.kind} in version ${JSON.stringify(expected.version)} cannot be handled as a ` +
        `${expected.kind}: ${asWritten(error, text)}`,
    );
  }
}

/** An object that says what it is. */
function named(fields: Record<string, unknown>, expected: Expected): KubeObject {
  const object = fields as unknown as KubeObject;
  if (object.kind === expected.kind && object.apiVersion !== undefined) return object;
  return { kind: expected.kind, apiVersion: apiVersionOf(expected), ...object };
}

/** The same for what upstream's converter reads, which cuts integers off instead of refusing them. */
function converted(
  value: Record<string, unknown>,
  expected: Expected,
  notes: DecodeNotes,
  error: DecodeError,
  undecodable: (error: DecodeError) => ApiError,
): KubeObject {
  if (error.number === undefined || !Number.isInteger(error.number)) throw undecodable(error);
  const fitted = convertedIntegers(value, { kind: 'struct', struct: expected.type }) as Record<string, unknown>;
  try {
    return decode(fitted, expected, notes, {});
  } catch {
    throw undecodable(error);
  }
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/** The message of an error, with the number that does not fit as the client wrote it. */
function asWritten({ message, number }: DecodeError, text: string | undefined): string {
  if (number === undefined || text === undefined) return message;
  const written = text.match(STRING_OR_NUMBER)?.find((token) => !token.startsWith('"') && Number(token) === number);
  return written === undefined ? message : message.replace(`number ${number}`, () => `number ${written}`);
}

function report(
  problems: readonly string[],
  expected: Expected,
  validation: FieldValidation,
  warn: (text: string) => void,
  patched?: Patched,
): void {
  if (problems.length === 0) return;
  if (validation === 'Warn') {
    for (const problem of problems) warn(problem);
    return;
  }
  const detail = `strict decoding error: ${problems.join(', ')}`;
  if (patched) throw patched.refuse(detail);
  const { kind, version } = expected;
  throw badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${detail}`);
}
