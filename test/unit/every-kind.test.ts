import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseApiVersion } from '../../server/kube/object.ts';
import { type DecodeNotes, decodeStruct } from '../../server/schema/decode.ts';
import { decodeProtobuf, readEnvelope } from '../../server/schema/protobuf.ts';
import { strictProblems } from '../../server/schema/strict.ts';
import { builtInTypes, type TypeDescription } from '../../server/schema/type-table.ts';

// Upstream's own samples: every kind with all fields set, as JSON and as protobuf.
const SAMPLES = join(homedir(), 'go/pkg/mod/k8s.io/api@v0.37.2/testdata/HEAD');

interface Sample {
  readonly name: string;
  readonly text: string;
  readonly type: TypeDescription;
}

/** Samples of kinds that are served. */
function samples(): Sample[] {
  const found: Sample[] = [];
  for (const file of readdirSync(SAMPLES).filter((name) => name.endsWith('.json'))) {
    const text = readFileSync(join(SAMPLES, file), 'utf8');
    const { kind, apiVersion } = JSON.parse(text) as { kind?: string; apiVersion?: string };
    const { group, version } = parseApiVersion(apiVersion ?? '') ?? { group: '', version: '' };
    const type = builtInTypes().typeOfKind(group, version, kind ?? '');
    if (type) found.push({ name: file.slice(0, -'.json'.length), text, type });
  }
  return found;
}

describe.skipIf(!existsSync(SAMPLES))('every kind, with all fields set', () => {
  it('is there', () => {
    expect(samples().length).toBeGreaterThanOrEqual(88);
  });

  it('comes out of the JSON decoder as it went in, fields in the same order', () => {
    for (const { name, text, type } of samples()) {
      const notes: DecodeNotes = { unknownFields: false };
      const decoded = decodeStruct(JSON.parse(text), type, notes);
      expect(JSON.stringify(decoded, null, 2), name).toBe(text.trim());
      expect(notes.unknownFields, name).toBe(false);
      expect(strictProblems(text, type), name).toEqual([]);
    }
  });

  it('comes out of the decoder once more as it is', () => {
    for (const { name, text, type } of samples()) {
      const once = decodeStruct(JSON.parse(text), type, { unknownFields: false });
      expect(decodeStruct(once, type, { unknownFields: false }), name).toEqual(once);
    }
  });

  it('is the same in protobuf', () => {
    for (const { name, text, type } of samples()) {
      const value = decodeProtobuf(readEnvelope(readFileSync(join(SAMPLES, `${name}.pb`))), type);
      const decoded = decodeStruct(value, type, { unknownFields: false });
      expect(JSON.stringify(decoded, null, 2), name).toBe(text.trim());
    }
  });

  it('is refused in protobuf when it is cut off, and never takes the decoder down', () => {
    for (const { name, type } of samples()) {
      const bytes = readFileSync(join(SAMPLES, `${name}.pb`));
      for (let length = 0; length < bytes.length; length += 1 + Math.floor(bytes.length / 40)) {
        const decode = (): unknown => decodeProtobuf(readEnvelope(bytes.subarray(0, length)), type);
        try {
          decode();
        } catch (error) {
          expect((error as Error).message, `${name} cut to ${length}`).toMatch(/unexpected EOF|protobuf|proto: |JSON/);
        }
      }
    }
  });
});
