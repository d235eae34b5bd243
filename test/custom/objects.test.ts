import { expect, test } from 'vitest';
import { goQuote } from '../../server/kube/go-quote.ts';
import { embeddedMetadataRules } from '../../server/resources/shared/embedded-metadata-rules.ts';
import {
  compileStructural,
  type JsonSchema,
  type StructuralSchema,
} from '../../server/schema/custom/structural-schema.ts';
import { DecodeError } from '../../server/schema/decode.ts';
import { golden } from '../support/golden.ts';

type Json = Record<string, unknown>;

interface Case {
  readonly kind: string;
  readonly spec?: unknown;
  readonly old?: unknown;
  readonly code: number;
  readonly details?: { readonly causes?: readonly object[] };
  readonly warnings?: readonly string[];
}

const [{ kinds }, ...cases] = golden<unknown>('custom/objects.json') as [
  { kinds: Record<string, JsonSchema> },
  ...RecordedCase[],
];

type RecordedCase = Case & { readonly given: unknown };

const schemas = new Map<string, StructuralSchema>(
  Object.entries(kinds).map(([kind, schema]) => [
    kind,
    compileStructural(schema, { metadataRules: embeddedMetadataRules }),
  ]),
);

const objectOf = (kind: string, spec: unknown): Json => ({
  apiVersion: 'objects.golden.example.com/v1',
  kind,
  metadata: { name: 'one' },
  ...(spec !== undefined && { spec }),
});

/** The order of causes follows Go's maps, which have none. */
const sorted = (causes: readonly object[] = []): string[] => causes.map((cause) => JSON.stringify(cause)).sort();

test.each(cases.map((one, i) => [i, one.kind, JSON.stringify(one.given)?.slice(0, 70), one] as const))(
  '%i: a %s of %s is read, filled in and refused as by a real server',
  (_i, kind, _text, { given, old, code, spec, details, warnings = [] }) => {
    const schema = schemas.get(kind) as StructuralSchema;
    if (code === 400) {
      expect(() => schema.prune(objectOf(kind, given))).toThrow(DecodeError);
      return;
    }
    const pruned = schema.prune(objectOf(kind, given));
    const unknown = pruned.unknownFields.map((field) => `299 - ${goQuote(`unknown field "${field}"`)}`);
    expect(unknown).toEqual(warnings);
    const object = schema.applyDefaults(pruned.value);
    const before = old === undefined ? undefined : schema.applyDefaults(schema.prune(objectOf(kind, old)).value);
    const problems = schema.problems(object, before);
    expect(sorted(problems.map(({ reason, message, field }) => ({ reason, message, field })))).toEqual(
      sorted(details?.causes),
    );
    if (code < 400) expect(JSON.stringify(object.spec)).toBe(JSON.stringify(spec));
  },
);
