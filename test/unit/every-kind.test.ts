import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type KubeObject, parseApiVersion } from '../../server/kube/object.ts';
import { parseYaml } from '../../server/pipeline/yaml.ts';
import { type DecodeNotes, decodeStruct } from '../../server/schema/decode.ts';
import { decodeProtobuf, readEnvelope } from '../../server/schema/protobuf.ts';
import { encodeProtobuf } from '../../server/schema/protobuf-encode.ts';
import { strictProblems } from '../../server/schema/strict.ts';
import { builtInTypes, type TypeDescription, TypeTable } from '../../server/schema/type-table.ts';
import type { KindsFile } from '../../server/schema/type-table-format.ts';

/** The version of Kubernetes' own packages that samples are of. */
const MODULE = `k8s.io/api@${builtInTypes().gitVersion.replace(/^v1\./, 'v0.')}`;

/** Upstream's own samples: every kind with all fields set, as JSON, YAML and protobuf. Go's tools know where. */
function samplesFolder(): string | undefined {
  const { status, stdout } = spawnSync('go', ['mod', 'download', '-json', MODULE], { cwd: tmpdir(), encoding: 'utf8' });
  return status === 0 ? join((JSON.parse(stdout) as { Dir: string }).Dir, 'testdata/HEAD') : undefined;
}

const SAMPLES = samplesFolder() ?? '';

interface Sample {
  readonly name: string;
  readonly text: string;
  readonly type: TypeDescription;
}

/** Descriptions of the kinds that a default server does not serve: `npm run generate:samples` writes them. */
function allTypes(): TypeTable {
  const more = JSON.parse(readFileSync('test/golden/schema/more-kinds.gen.json', 'utf8')) as Partial<KindsFile>;
  const served = JSON.parse(readFileSync('server/schema/kinds.gen.json', 'utf8')) as KindsFile;
  return new TypeTable({
    ...served,
    kinds: { ...served.kinds, ...more.kinds },
    types: { ...served.types, ...more.types },
  });
}

const table = allTypes();

function samples(): Sample[] {
  const found: Sample[] = [];
  for (const file of readdirSync(SAMPLES).filter((name) => name.endsWith('.json'))) {
    const text = readFileSync(join(SAMPLES, file), 'utf8');
    const { kind, apiVersion } = JSON.parse(text) as { kind?: string; apiVersion?: string };
    // The one for WatchEvent names no kind: it is an envelope, not an object.
    const { group, version } = parseApiVersion(apiVersion ?? '') ?? { group: '', version: '' };
    const type = kind && table.typeOfKind(group, version, kind);
    if (type) found.push({ name: file.slice(0, -'.json'.length), text, type });
  }
  return found;
}

describe.skipIf(SAMPLES === '')('every kind, with all fields set', () => {
  it('is there', () => {
    expect(samples().length).toBeGreaterThanOrEqual(192);
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

  it('is the same in YAML', () => {
    for (const { name, text, type } of samples()) {
      const value = parseYaml(readFileSync(join(SAMPLES, `${name}.yaml`), 'utf8'));
      expect(JSON.stringify(decodeStruct(value, type, { unknownFields: false }), null, 2), name).toBe(text.trim());
    }
  });

  it('becomes the bytes of upstream in protobuf', () => {
    for (const { name, text, type } of samples()) {
      const object = decodeStruct(JSON.parse(text), type, { unknownFields: false }) as unknown as KubeObject;
      const { apiVersion = '', kind = '' } = object;
      const bytes = encodeProtobuf(object, { apiVersion, kind }, type);
      expect(bytes.equals(readFileSync(join(SAMPLES, `${name}.pb`))), name).toBe(true);
    }
  });

  it('is the same in protobuf', () => {
    for (const { name, text, type } of samples()) {
      const decoded = decodeProtobuf(readEnvelope(readFileSync(join(SAMPLES, `${name}.pb`))), type);
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
