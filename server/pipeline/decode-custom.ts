/** Bodies that are objects of a custom resource: maps to upstream, read by its schema. */
import { type ApiError, badRequest } from '../kube/api-error.ts';
import { apiVersionOf, type KubeObject, parseApiVersion } from '../kube/object.ts';
import { decodeMetadata } from '../schema/custom/embedded-metadata.ts';
import { META_FIELDS } from '../schema/custom/structural.ts';
import { DecodeError } from '../schema/decode.ts';
import { jsonKind } from '../schema/decode-error.ts';
import { countKeys, measureJson, numberBeyondFloat } from '../schema/json-text.ts';
import { sortedKeys } from '../schema/sorted-keys.ts';
import { duplicateFields } from '../schema/strict.ts';
import type { CustomReader } from '../schema/type-table.ts';
import type { Expected, FieldValidation, ParsedBody } from './decode-body.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Where the body came from, and how it is refused. */
interface Refusals {
  /** What cannot be told apart from anything else. */
  readonly unrecognized: (why: string) => ApiError;
  /** What does not fit. */
  readonly misfit: (why: string) => ApiError;
}

function refusalsOf({ text, patched, undecodable }: ParsedBody, expected: Expected, shown: Unrecognized): Refusals {
  const { kind, version } = expected;
  const misfit = (why: string): ApiError => {
    if (patched) return patched.refuse(why);
    if (undecodable) return undecodable(new DecodeError(why));
    return badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`);
  };
  return { misfit, unrecognized: (why) => (patched ? patched.refuse(why) : shown(why, text ?? '')) };
}

/** The 400 of a body that cannot be told apart from anything else. */
export type Unrecognized = (why: string, text: string) => ApiError;

/**
 * Reads an object by its schema: unknown fields are dropped, told or refused, and defaults filled in.
 *
 * @throws ApiError 400, or what the body says for itself
 */
export function decodeCustom(
  body: ParsedBody,
  expected: Expected & { readonly reader: CustomReader },
  validation: FieldValidation,
  report: (problems: readonly string[]) => void,
  shown: Unrecognized,
): KubeObject {
  const { value, text, patched } = body;
  const { unrecognized, misfit } = refusalsOf(body, expected, shown);
  const given = value as Fields | null;
  const beyond = text === undefined ? undefined : numberBeyondFloat(text);
  if (beyond !== undefined) {
    const why = `json: cannot unmarshal number ${beyond} into Go value of type float64`;
    throw given?.kind ? misfit(why) : unrecognized(why);
  }
  if (!given?.kind) throw unrecognized(`Object 'Kind' is missing in '${text ?? JSON.stringify(sortedKeys(value))}'`);
  const apiVersion = typeof given.apiVersion === 'string' ? given.apiVersion : '';
  const own = apiVersionOf(expected);
  // What a patch made is only looked at by the rules.
  if (!patched && apiVersion !== own) {
    // No schema describes the fields of a version that there is not.
    if (validation !== 'Ignore' && given.kind === expected.kind && groupOf(apiVersion) === expected.group)
      report(
        unknownFields(
          Object.keys(given)
            .filter((name) => !META_FIELDS.has(name))
            .sort(),
        ),
      );
    const why = `the API version in the data (${apiVersion}) does not match the expected API version (${own})`;
    throw badRequest(why);
  }
  try {
    const { metadata, unknownFields: ofMeta } = decodeMetadata(mapOf(given.metadata ?? {}));
    const { value: pruned, unknownFields: dropped } = expected.reader.prune(given);
    const unknown = [...ofMeta.map((field) => `metadata.${field}`), ...dropped];
    if (validation !== 'Ignore') {
      const duplicates = patched?.duplicates ?? (text === undefined ? [] : repeated(text, value));
      const isTold = patched !== undefined || text !== undefined || body.textless;
      report([...duplicates, ...(isTold ? unknownFields(unknown) : [])]);
    }
    const filled = expected.reader.applyDefaults(pruned);
    return { ...filled, metadata } as unknown as KubeObject;
  } catch (error) {
    if (error instanceof DecodeError) throw misfit(error.message);
    throw error;
  }
}

const unknownFields = (names: readonly string[]): string[] =>
  names.map((name) => `unknown field ${JSON.stringify(name)}`);

const groupOf = (apiVersion: string): string => parseApiVersion(apiVersion)?.group ?? '';

function mapOf(metadata: unknown): unknown {
  if (typeof metadata === 'object' && !Array.isArray(metadata)) return metadata;
  throw new DecodeError(`json: cannot unmarshal ${jsonKind(metadata)} into Go value of type v1.ObjectMeta`);
}

const repeated = (text: string, value: unknown): string[] =>
  measureJson(text).keys === countKeys(value) ? [] : duplicateFields(text);
