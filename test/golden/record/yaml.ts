// Records how a real server reads YAML: values by what becomes of them inside a field that may hold anything.
import { ask, inNamespace, messageOf, record } from './oracle.ts';

// biome-ignore format: a matrix, in the order in which it is read
const SCALARS = [
  '', '~', 'null', 'Null', 'NULL', 'nULL', 'true', 'True', 'TRUE', 'tRUE', 'false', 'False', 'FALSE', 'yes', 'Yes',
  'YES', 'no', 'No', 'NO', 'on', 'On', 'ON', 'off', 'Off', 'OFF', 'y', 'Y', 'n', 'N', 't', 'f',
  '0', '-0', '+0', '1', '-1', '+1', '01', '007', '08', '09', '010', '0o10', '0o8', '-0o10', '+0o10', '0O10', '0x1F',
  '0X1F', '-0x1f', '0xg', '0b101', '-0b101', '0b2', '1_000', '_1', '1_', '1__0', '0x1_f', '0_7', '1,000',
  '9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809',
  '18446744073709551615', '18446744073709551616', '123456789012345678901234567890',
  '1.0', '1.5', '-1.5', '+1.5', '.5', '-.5', '5.', '1.', '1e3', '1E3', '1e+3', '1e-3', '1.5e3', '1.e3', '.5e3', 'e3',
  '1e', '1_0.5', '1.5_0', '1e1_0', '0.1', '1e400', '-1e400', '1e-400', '0.30000000000000004', '12e03', '+.5', '1e23',
  '1e21', '123456789.123',
  '.inf', '-.inf', '+.inf', '.Inf', '.INF', '.iNF', '.nan', '.NaN', '.NAN', 'inf', 'nan', 'Infinity', 'NaN',
  '2026-01-01', '2026-1-1', '2026-01-01T00:00:00Z', '2026-01-01t00:00:00.5+01:00', '2026-01-01 00:00:00', '190:20:30',
  '1:30', '-1:30', '1:3.5', '12:34', '1:60', '12:34:56', '0:0',
  'text', 'two words', "'quoted'", '"quoted"', '"a\\tb\\u00e9\\x41\\n"', "'it''s'", '"1"', "'true'", '!!str 1',
  '!!str true', '!!int "1"', '!!float 1', '!!bool "yes"', '!!null x', '!!binary YWJj', '!!timestamp 2026-01-01',
  '!custom x', '!<tag:yaml.org,2002:str> 5', '!!set {a, b}', '!!omap [a: 1]',
  'a: b', 'a:b', 'a :b', 'a#b', 'a #b', '#b', '- a', '-a', '-', '--', '---a', '?', '? a', '?a', ':', ':a', '::', '*',
  '&', '&a', '*a', '@a', '`a`', '%a', '!', '|', '>', '=', '<<', '...', '{', '}', '[', ']', '{}', '[]', '[a, b]',
  '[a,b]', '[a, ]', '[, a]', '[a b, c]', '{a: b}', '{a:b}', '{a: b, }', '{a}', '{a, b: c}', '{"a":1}',
  '{a: {b: [1, {c: d}]}}', '[1, 2.5, true, null, x]', '"a": b', "it's", 'a"b', 'a\\tb', '"unclosed', "'unclosed",
  '[a', '{a: b', '\ta', 'a\t', 'ä: ö', '😀', '\u00a0a', '\ufeffa',
];

// biome-ignore format: a matrix, in the order in which it is read
const VALUES = [
  ...SCALARS.map((scalar) => `data:\n  a: ${scalar}\n`),
  'data:\n  a: |\n    one\n    two\n', 'data:\n  a: |-\n    one\n    two\n', 'data:\n  a: |+\n    one\n\n  b: 1\n',
  'data:\n  a: >\n    one\n    two\n\n    three\n', 'data:\n  a: >-\n    one\n      two\n    three\n',
  'data:\n  a: |2\n      one\n', 'data:\n  a: one\n    two\n',
  'data:\n  a: "one\n    two\\\n    three\n\n    four"\n',
  'data:\n  a: &x {b: 1}\n  c: *x\n', 'data:\n  a: &x\n    b: 1\n    c: 2\n  d:\n    <<: *x\n    c: 3\n',
  'data:\n  a: &x {b: 1}\n  y: &y {c: 2}\n  d:\n    <<: [*x, *y]\n    e: 5\n', 'data:\n  a: *unknown\n',
  'data:\n  a: &x [*x]\n', 'data:\n  <<: {b: 1}\n  c: 2\n', 'data:\n  "<<": {b: 1}\n',
  'data:\n  a: &x 5\n  b: *x\n  c: *x\n',
  'data:\n  a: 1\n  a: 2\n', 'data:\n  1: a\n', 'data:\n  1.5: a\n', 'data:\n  true: a\n', 'data:\n  yes: a\n',
  'data:\n  null: a\n', 'data:\n  ~: a\n', 'data:\n  : a\n', 'data:\n  2026-01-01: a\n', 'data:\n  [a]: b\n',
  'data:\n  {a: b}: c\n', 'data:\n  ? a\n  : b\n', 'data:\n  ? a\n', 'data:\n  0x10: a\n', 'data:\n  0o10: a\n',
  'data:\n  1e3: a\n', 'data:\n  .inf: a\n', 'data:\n  -1: a\n', 'data:\n  "a": b\n  \'c\': d\n',
  'data:\n  y: a\n  n: b\n',
  'data:\n  v:\n  - a\n  - b\n', 'data:\n  v:\n  - a\n  - - b\n    - c\n  -\n    d: e\n    f: g\n  - h: i\n',
  'data:\n  a:\n  - b: 1\n    c: 2\n  - b: 3\n', 'data:\n  a:\n  b:\n',
  'data: # comment\n  a: b # comment\n  # comment\n  c: "d # e"\n', 'data:\n\ta: b\n', 'data:\n  a: b\n c: d\n',
  'data:\n  a: b\n   c: d\n', 'data:\n  a: b: c\n', 'data:\n  a: b\n  - c\n', 'data:\n  - a\n  b: c\n',
  'data: {a: b\n', 'data: "a\n', 'data: a\nb\n', 'data:\n  a: b\n---\ndata:\n  a: c\n', '---\ndata: {a: b}\n',
  '%YAML 1.1\n---\ndata: {a: b}\n', '%YAML 1.2\n---\ndata: a\n', '# only\ndata: {a: b}\n', '\r\ndata: {a: b}\r\n',
  'data:\r  a: b\r', '\ufeffdata: {a: b}\n', 'data:\n  a: "\\x"\n', 'data:\n  a: "\\u12"\n',
  "data:\n  a: 'b\n  c: d\n", 'data:\n  a: @b\n', 'data:\n  a: %b\n', 'data:\n  a: `b`\n', 'data: [a, b]]\n',
  'data:\n  a: a]\n', 'data: \u0001\n', 'data:\n  a: &a\n', 'data:\n  a: !!str\n',
  'data:\n  a: |\n   a\n    b\n   c\n', 'data:\n  a: >\n\n   a\n   b\n\n\n   c\n', 'data:\n  a:   a   b   \n',
];

const REFUSED = /\(must be of type ControllerRevision\): (.*) \([0-9a-f]+ \.\.\.\)$/s;

await inNamespace('golden-yaml', async (namespace) => {
  const url = `/apis/apps/v1${namespace.slice('/api/v1'.length)}/controllerrevisions?dryRun=All`;
  const cases = [];
  for (const text of VALUES) {
    // The rest of the object follows, so that lines count from the beginning of the text.
    const end = text.endsWith('\n') || text.endsWith('\r') ? '' : '\n';
    const body = `${text}${end}metadata: {name: x}\nrevision: 1\n`;
    const answer = await ask('POST', url, body, 'application/yaml');
    const { data } = answer.json as { data?: unknown };
    const refused = REFUSED.exec(messageOf(answer) ?? '')?.[1];
    if (answer.code === 201) cases.push({ text, data: data ?? null });
    else if (refused !== undefined) cases.push({ text, message: refused });
  }
  await record('test/golden/schema/yaml.json', cases);
});
