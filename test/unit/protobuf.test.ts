import { describe, expect, it } from 'vitest';
import { decodeProtobuf, readEnvelope } from '../../server/schema/protobuf.ts';
import { builtInTypes } from '../../server/schema/type-table.ts';

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 128))];
}

type Content = string | number | Buffer;

/** One field of a message: a number, or a text or message with its length. */
function field(number: number, content: Content, wire = typeof content === 'number' ? 0 : 2): Buffer {
  const tag = varint(number * 8 + wire);
  if (typeof content === 'number') return Buffer.from([...tag, ...varint(content)]);
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from([...tag, ...varint(bytes.length)]), bytes]);
}

const message = (...fields: readonly Buffer[]): Buffer => Buffer.concat(fields);

/** The body of a request. */
const body = (kind: string, raw: Buffer): Buffer =>
  message(Buffer.from('k8s\0'), field(1, message(field(1, 'v1'), field(2, kind))), field(2, raw));

const decoded = (kind: string, ...fields: readonly Buffer[]): Record<string, unknown> =>
  decodeProtobuf(readEnvelope(body(kind, message(...fields))), builtInTypes().type(`io.k8s.api.core.v1.${kind}`));

const spec = (...fields: readonly Buffer[]): Buffer => field(2, message(...fields));

describe('protobuf bodies', () => {
  it('become the JSON value of their kind', () => {
    const labels = [
      ['a', 'b'],
      ['__proto__', 'c'],
    ].map(([key = '', value = '']) => field(11, message(field(1, key), field(2, value))));
    const metadata = field(1, message(field(1, 'x'), ...labels, field(8, message(field(1, 1_767_225_600)))));
    const value = decoded(
      'ConfigMap',
      metadata,
      field(2, message(field(1, 'k'), field(2, 'ä'))),
      field(3, message(field(1, 'b'), field(2, 'abc'))),
      field(4, 1),
    );
    expect(value).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'x',
        labels: JSON.parse('{"a":"b","__proto__":"c"}'),
        creationTimestamp: '2026-01-01T00:00:00Z',
      },
      data: { k: 'ä' },
      binaryData: { b: 'YWJj' },
      immutable: true,
    });
  });

  it('skip fields that nobody knows', () => {
    const unknown = [
      field(900, 7),
      field(901, 'x'),
      Buffer.from([...varint(902 * 8 + 5), 1, 2, 3, 4]),
      Buffer.from([...varint(903 * 8 + 1), ...Array(8).fill(0)]),
    ];
    expect(decoded('ConfigMap', ...unknown, field(4, 1))).toMatchObject({ immutable: true });
  });

  it('may pack numbers', () => {
    const context = (...groups: readonly Buffer[]): Buffer => spec(field(14, message(...groups)));
    const packed = decoded('Pod', context(field(4, Buffer.from([...varint(1), ...varint(300)]))));
    const single = decoded('Pod', context(field(4, 1), field(4, 300)));
    expect(packed).toEqual(single);
    expect(packed.spec).toEqual({ containers: null, securityContext: { supplementalGroups: [1, 300] } });
  });

  it('may hold negative numbers', () => {
    const minusOne = Buffer.from([...varint(5 * 8), ...Array(9).fill(0xff), 1]);
    expect(decoded('Pod', spec(minusOne)).spec).toEqual({ containers: null, activeDeadlineSeconds: -1 });
  });

  it('may have their fields and the keys of their maps in any order', () => {
    const entry = (key: string): Buffer => field(2, message(field(1, key), field(2, key)));
    const found = decoded('ConfigMap', field(4, 1), entry('b'), entry('a'), field(1, message(field(1, 'x'))));
    expect(JSON.stringify(found.data)).toBe('{"a":"a","b":"b"}');
    expect(Object.keys(found)).toEqual(['kind', 'apiVersion', 'metadata', 'immutable', 'data']);
  });

  it('may have numbers of which Go keeps the low 32 bits', () => {
    const large = Buffer.from([...varint(1 * 8), ...varint(2 ** 35 + 5)]);
    expect(decoded('ReplicationController', spec(large)).spec).toMatchObject({ replicas: 5 });
  });

  it('are refused when a field is of the wrong kind', () => {
    expect(() => decoded('ConfigMap', field(4, 'x'))).toThrow('proto: wrong wireType = 2 for field Immutable');
    expect(() => decoded('ConfigMap', field(1, 7))).toThrow('proto: wrong wireType = 0 for field ObjectMeta');
    expect(() => decoded('ConfigMap', field(2, message(field(1, 'k'), field(2, 7))))).toThrow(
      'proto: wrong wireType = 0',
    );
  });

  it('are refused when they are cut off', () => {
    const whole = field(1, message(field(1, 'name'), field(11, message(field(1, 'k'), field(2, 'v')))));
    for (let length = 1; length < whole.length; length++) {
      expect(() => decoded('ConfigMap', whole.subarray(0, length)), String(length)).toThrow('unexpected EOF');
    }
    expect(() => readEnvelope(Buffer.from('{}'))).toThrow(
      'does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    );
  });

  it('are refused when they nest too deep', () => {
    let schema: Buffer = Buffer.alloc(0);
    for (let depth = 0; depth < 3000; depth++) schema = field(28, schema);
    const type = builtInTypes().type('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps');
    expect(() => decodeProtobuf({ apiVersion: '', kind: '', raw: schema }, type)).toThrow(
      'proto: exceeded max depth of 1000',
    );
  });
});
