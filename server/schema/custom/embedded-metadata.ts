/** Metadata inside of custom resources: read as ObjectMeta, written back as Go would print it. */
import { type DecodeNotes, decodeStruct } from '../decode.ts';
import { strictProblems } from '../strict.ts';
import { builtInTypes } from '../type-table.ts';

const MODEL = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

const UNKNOWN_FIELD = /^unknown field "(.*)"$/;

/** Metadata as its type has it, and the fields that the type does not have. */
export interface DecodedMetadata {
  readonly metadata: Record<string, unknown>;
  /** Below the metadata: `lables`. */
  readonly unknownFields: readonly string[];
}

/** Keys of maps come sorted; ObjectMeta becomes one. */
function sorted(object: Record<string, unknown>): Record<string, unknown> {
  const names = Object.keys(object).sort();
  return Object.fromEntries(names.map((name) => [name, object[name]]));
}

/**
 * @throws DecodeError when a field has the wrong type
 */
export function decodeMetadata(value: unknown): DecodedMetadata {
  const type = builtInTypes().type(MODEL);
  const notes: DecodeNotes = { unknownFields: false };
  const { creationTimestamp, ...rest } = decodeStruct(value ?? {}, type, notes);
  const metadata = sorted(creationTimestamp ? { creationTimestamp, ...rest } : rest);
  if (!notes.unknownFields) return { metadata, unknownFields: [] };
  const problems = strictProblems(JSON.stringify(value), type);
  const unknownFields = problems.flatMap((problem) => UNKNOWN_FIELD.exec(problem)?.[1] ?? []);
  return { metadata, unknownFields };
}
