/** Schemas with rules of `x-kubernetes-validations`, and objects that keep or break them. */
export interface RuleCase {
  readonly name: string;
  readonly schema: object;
  /** Each is created with the first fields and changed by the others. */
  readonly objects: readonly (readonly RuleStep[])[];
  readonly hasStatus: boolean;
}

export interface RuleStep {
  readonly fields: object;
  readonly isStatus: boolean;
}

type Given = object | readonly object[];

const cases: RuleCase[] = [];

function crd(schema: object, name: string, objects: readonly Given[] = [], hasStatus = false): void {
  const step = (given: object): RuleStep =>
    'isStatus' in given ? (given as RuleStep) : { fields: given, isStatus: false };
  const steps = objects.map((given) => (Array.isArray(given) ? given : [given]).map(step));
  cases.push({ name, schema, objects: steps, hasStatus });
}

const inStatus = (fields: object): RuleStep => ({ fields, isStatus: true });

const I = { type: 'integer' };
const S = { type: 'string' };
const ST = { type: 'string', maxLength: 20 };
const o = (properties: object, more: object = {}): object => ({ type: 'object', properties, ...more });
const spec = (properties: object, more: object = {}): object => o({ spec: o(properties, more) });
const R = (...rules: readonly (string | object)[]): object => ({
  'x-kubernetes-validations': rules.map((rule) => (typeof rule === 'string' ? { rule } : rule)),
});

const REASONS = ['FieldValueForbidden', 'FieldValueRequired', 'FieldValueDuplicate', 'FieldValueInvalid', 'Nope'];

const dear = { ...S, maxLength: 1000, ...R('self.contains("a")', 'self.contains("b")', 'self.contains("c")') };
const big = Object.fromEntries(
  Array.from({ length: 20 }, (_, i) => [`p${i}`, { type: 'array', maxItems: 1000, items: dear }]),
);

crd(spec({ a: I, b: I }, R('self.a < self.b')), 'simple', [
  { spec: { a: 1, b: 2 } },
  { spec: { a: 2, b: 1 } },
  { spec: { a: 1 } },
]);
crd(spec({ a: I }, R({ rule: 'self.a > 0', message: 'must be positive' })), 'message', [{ spec: { a: 0 } }]);
crd(spec({ a: I }, R({ rule: 'self.a > 0', messageExpression: '"a is " + string(self.a)' })), 'msgexpr', [
  { spec: { a: 0 } },
]);
crd(spec({ a: I }, R({ rule: 'self.a > 0', messageExpression: '""', message: 'fallback' })), 'msgexpr empty', [
  { spec: { a: 0 } },
]);
crd(spec({ a: I }, R({ rule: 'self.a > 0', messageExpression: 'string(1/self.a)' })), 'msgexpr fails', [
  { spec: { a: 0 } },
]);
for (const reason of REASONS) {
  crd(spec({ a: I }, R({ rule: 'self.a > 0', reason: reason, fieldPath: '.a' })), `reason ${reason}`, [
    { spec: { a: 0 } },
  ]);
  crd(spec({ a: { ...I, ...R({ rule: 'self > 0', reason: reason }) } }), `scalar reason ${reason}`, [
    { spec: { a: 0 } },
  ]);
}
crd(spec({ a: { ...S, ...R('self.startsWith("x")') } }), 'scalar', [{ spec: { a: 'abc' } }, { spec: { a: 'xyz' } }]);
crd(o({ spec: o({ a: I }) }, R('self.metadata.name == "o0"')), 'root', [{ spec: { a: 1 } }, { spec: { a: 1 } }]);
crd(o({ spec: o({ a: I }) }, R({ rule: 'self.spec.a > 0', fieldPath: '.spec.a' })), 'root fieldPath', [
  { spec: { a: 0 } },
]);
crd(spec({ a: I }, R('self.a >= oldSelf.a')), 'transition', [
  [{ spec: { a: 1 } }, { spec: { a: 2 } }, { spec: { a: 1 } }],
]);
crd(
  spec({ a: I }, R({ rule: '!oldSelf.hasValue() || self.a >= oldSelf.value().a', optionalOldSelf: true })),
  'optional',
  [[{ spec: { a: 1 } }, { spec: { a: 0 } }]],
);
crd(spec({ a: I }, R({ rule: 'self.a > 0', optionalOldSelf: true })), 'optional unused');
crd(spec({ a: I }, R('self.b > 0')), 'no field');
crd(spec({ a: I }, R('self.a + "x" == 1')), 'type');
crd(spec({ a: I }, R('self.a')), 'not bool');
crd(spec({ a: I }, R('self.a >')), 'syntax');
crd(spec({ a: I }, R('')), 'empty');
crd(spec({ a: I }, R({ rule: 'self.a > 0', messageExpression: 'self.a' })), 'msg not string');
crd(spec({ a: I }, R({ rule: 'self.a > 0', messageExpression: 'self.zz' })), 'msg bad');
crd(spec({ a: S }, R('self.a.matches("(")')), 'bad regex');
crd(spec({ l: { type: 'array', items: S } }, R('self.l.all(x, self.l.all(y, x == y))')), 'cost');
crd(
  spec({ l: { type: 'array', items: { type: 'array', items: S } } }, R('self.l.all(x, x.all(y, y.contains("z")))')),
  'cost2',
);
crd(spec({ l: { type: 'array', items: o({ s: S }, R('self.s.matches("a+b+")')) } }), 'cost unbounded');
crd(
  spec({ l: { type: 'array', maxItems: 50, items: o({ s: { ...S, maxLength: 100 } }, R('self.s.matches("a+b+")')) } }),
  'cost bounded',
  [{ spec: { l: [{ s: 'ab' }, { s: 'x' }] } }],
);
crd(spec(big), 'total cost');
crd(spec({ m: { type: 'object', additionalProperties: { ...I, ...R('self > 0') } } }), 'map', [
  { spec: { m: { k: 0, j: 1 } } },
]);
crd(
  spec({
    l: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: o({ k: S, v: I }, { required: ['k'], ...R('self.v >= oldSelf.v') }),
    },
  }),
  'maplist transition',
  [
    [
      {
        spec: {
          l: [
            { k: 'a', v: 2 },
            { k: 'b', v: 5 },
          ],
        },
      },
      {
        spec: {
          l: [
            { k: 'b', v: 4 },
            { k: 'a', v: 3 },
          ],
        },
      },
    ],
  ],
);
crd(spec({ l: { type: 'array', items: o({ v: I }, R('self.v >= oldSelf.v')) } }), 'uncorrelatable');
crd(
  spec({ s: { type: 'array', 'x-kubernetes-list-type': 'set', items: { ...S, ...R('self == oldSelf') } } }),
  'uncorrelatable set',
);
crd(spec({ i: { 'x-kubernetes-int-or-string': true } }, R('self.i == 5 || self.i == "5%"')), 'intorstring', [
  { spec: { i: 5 } },
  { spec: { i: '5%' } },
  { spec: { i: 'x' } },
]);
crd(spec({ i: { 'x-kubernetes-int-or-string': true } }, R('self.i + 1 == 6')), 'intorstring overload', [
  { spec: { i: 'x' } },
  { spec: { i: 5 } },
]);
crd(spec({ a: I, b: I }, R('10 / self.a > 1', 'self.b > 0')), 'div zero', [{ spec: { a: 0, b: 0 } }]);
crd(spec({ p: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }, R('self.p.x == 1')), 'preserve');
crd(spec({ p: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }, R('has(self.p)')), 'preserve has', [
  { spec: { p: { x: 1 } } },
  { spec: {} },
]);
crd(
  spec({
    e: {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
      ...R('self.kind == "Pod"', 'self.metadata.name != ""'),
    },
  }),
  'embedded',
  [
    { spec: { e: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } } } },
    { spec: { e: { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' } } } },
  ],
);
crd(
  spec({ 'a-b': I, if: I, __x: I }, R('self.a__dash__b > 0', 'self.__if__ > 0', 'self.__underscores__x > 0')),
  'escape',
  [{ spec: { 'a-b': 0, if: 0, __x: 0 } }],
);
crd(spec({ n: { ...S, nullable: true, ...R('self != "x"') } }, R('!has(self.n) || self.n != "y"')), 'nullable', [
  { spec: { n: null } },
  { spec: { n: 'x' } },
  { spec: { n: 'y' } },
]);
crd(spec({ a: { ...I, default: 0, ...R('self > 0') } }), 'default');
crd(spec({ o: o({ a: I }, { default: { a: 0 }, ...R('self.a > 0') }) }), 'default object');
crd(spec({ a: I, c: I }, R('self.a > 0')), 'ratchet new', [
  [{ spec: { a: 1, c: 1 } }, { spec: { c: 2 } }, { spec: { a: 0 } }],
]);
crd(
  o({ spec: o({ a: I }), status: o({ s: I }, R('self.s > 0')) }),
  'status',
  [[{ spec: { a: 1 } }, inStatus({ status: { s: 0 } }), inStatus({ status: { s: 1 } })]],
  true,
);
crd(spec({ a: { ...I, minimum: 1 }, b: I }, { required: ['b'], ...R('self.b > self.a') }), 'blocked', [
  { spec: { a: 2 } },
  { spec: { a: 0, b: 0 } },
  { spec: { a: 'x', b: 1 } },
]);
crd(
  spec(
    { d: { ...S, format: 'duration' }, t: { ...S, format: 'date-time' } },
    R('self.d < duration("1h")', 'self.t > timestamp("2020-01-01T00:00:00Z")'),
  ),
  'formats',
  [{ spec: { d: '2h', t: '2019-01-01T00:00:00Z' } }, { spec: { d: '1m', t: '2021-01-01T00:00:00Z' } }],
);
crd(
  spec(
    { q: ST, u: ST, ip: ST },
    R('isQuantity(self.q) && quantity(self.q).isGreaterThan(quantity("1"))', 'isURL(self.u)', 'isIP(self.ip)'),
  ),
  'libs',
  [{ spec: { q: '2', u: 'http://x', ip: '1.1.1.1' } }, { spec: { q: '1', u: 'x', ip: 'y' } }],
);
crd(
  spec({ x: I }, { allOf: [{ 'x-kubernetes-validations': [{ rule: 'self.x > 0' }] }], ...R('self.x > -5') }),
  'allOf',
  [{ spec: { x: 0 } }, { spec: { x: -9 } }],
);
crd(
  spec({ l: { type: 'array', maxItems: 5, items: { ...ST, ...R('self != "bad"') }, ...R('self.size() < 3') } }),
  'list',
  [{ spec: { l: ['a', 'bad', 'bad'] } }],
);
crd(spec({ a: I }, R({ rule: 'self.a > 0\n && true' })), 'newline');
crd(spec({ a: I }, R({ rule: 'self.a > 0', fieldPath: '.nope' })), 'bad path');
crd(
  spec({ a: I, m: { type: 'object', additionalProperties: I } }, R({ rule: 'self.a > 0', fieldPath: ".m['x.y']" })),
  'map path',
  [{ spec: { a: 0 } }],
);

export const RULE_CASES: readonly RuleCase[] = cases;
