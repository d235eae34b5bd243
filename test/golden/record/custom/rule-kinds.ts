/** Kinds with rules, whose objects are recorded. Each has a status of its own. */
import { type Json, withSpec } from './definition.ts';

const str = { type: 'string' };
const int = { type: 'integer' };
type Given = string | Json;
const rules = (...texts: Given[]): Json => ({
  'x-kubernetes-validations': texts.map((text) => (typeof text === 'string' ? { rule: text } : text)),
});
const object = (properties: Json, rest: Json = {}): Json => ({ type: 'object', properties, ...rest });
const list = (items: Json, rest: Json = {}): Json => ({ type: 'array', items, ...rest });
const map = (additionalProperties: Json, rest: Json = {}): Json => ({ type: 'object', additionalProperties, ...rest });
const spec = (properties: Json, ...texts: Given[]): Json => withSpec({ properties, ...rules(...texts) });
const keyed = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] };
const twice = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name', 'port'] };
const embedded = {
  type: 'object',
  'x-kubernetes-embedded-resource': true,
  'x-kubernetes-preserve-unknown-fields': true,
};

/** Each field breaks its rule when it says so. */
const PLACES: Json = spec(
  {
    text: { ...str, maxLength: 20, ...rules('self != "bad"') },
    number: { ...int, ...rules('self < 10', 'self != 13') },
    float: { type: 'number', ...rules('self < 1.5') },
    flag: { type: 'boolean', ...rules('self') },
    port: { 'x-kubernetes-int-or-string': true, ...rules('type(self) == int ? self < 10 : self == "5%"') },
    sum: { 'x-kubernetes-int-or-string': true, ...rules('self + 1 < 10') },
    list: list({ ...str, ...rules({ rule: 'self != "bad"', message: 'no bad item' }) }, rules('self.size() < 4')),
    map: map({ ...int, ...rules('self < 10') }, rules('!("bad" in self)')),
    maybe: { ...str, nullable: true, ...rules('self != "bad"') },
    inner: object({ a: int, 'x-y': object({ b: int }) }, rules('self.a > 0', 'has(self.x__dash__y)')),
    time: { ...str, format: 'date-time', ...rules('self < timestamp("2020-01-01T00:00:00Z")') },
    length: { ...str, format: 'duration', ...rules('self < duration("1h")') },
    bytes: { ...str, format: 'byte', ...rules('self == b"x"') },
    'a.b': { ...int, ...rules('self < 10') },
    open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, ...rules('self == self') },
  },
  'has(self.text) || !has(self.text)',
);

const MESSAGES: Json = withSpec(
  {
    properties: {
      a: int,
      b: object({ c: int, 'd.e': int }),
      m: map(int),
      text: { ...str, maxLength: 2000 },
    },
    ...rules(
      { rule: '!has(self.a) || self.a != 1', message: ' plain message ' },
      { rule: '!has(self.a) || self.a != 2', messageExpression: '"a is " + (self.a == 2 ? "two" : "other")' },
      { rule: '!has(self.a) || self.a != 3', message: 'instead', messageExpression: 'self.text' },
      { rule: '!has(self.a) || self.a != 4', messageExpression: '" "' },
      { rule: '!has(self.a) || self.a != 5', messageExpression: '"two\nlines"'.replace('\n', '\\n') },
      { rule: '!has(self.a) || self.a != 6', reason: 'FieldValueForbidden', message: 'forbidden' },
      { rule: '!has(self.a) || self.a != 7', reason: 'FieldValueRequired', message: 'required', fieldPath: '.text' },
      { rule: '!has(self.a) || self.a != 8', reason: 'FieldValueDuplicate', message: 'duplicate', fieldPath: '.b.c' },
      { rule: '!has(self.a) || self.a != 9', reason: 'FieldValueInvalid', fieldPath: ".b['d.e']" },
      { rule: '!has(self.a) || self.a != 10', fieldPath: ".m['key']" },
      { rule: '!has(self.a) || self.a != 11', message: 'x', messageExpression: '"long".replace("", self.text)' },
      { rule: '!has(self.a) ||\n  self.a != 12', message: 'many lines' },
      '!has(self.a) || self.a != 13',
      'self.m.key > 0 || !has(self.a) || self.a < 20',
      '10 / self.a > 0 || self.a < 20',
    ),
  },
  rules(
    { rule: '!has(self.spec.a) || self.spec.a != 100', fieldPath: '.spec.a' },
    'self.metadata.name != "wrong"',
    'self.kind == "Message"',
  ),
);

const CHANGES: Json = withSpec({
  properties: {
    fixed: { ...str, ...rules({ rule: 'self == oldSelf', message: 'is immutable' }) },
    grows: { ...int, ...rules('self >= oldSelf') },
    once: { ...str, ...rules({ rule: 'oldSelf.hasValue() || self == "first"', optionalOldSelf: true }) },
    steps: {
      ...int,
      ...rules({
        rule: 'self <= oldSelf.orValue(0) + 1',
        optionalOldSelf: true,
        messageExpression: 'oldSelf.hasValue() ? "one at a time" : "begin at one"',
      }),
    },
    keyed: list(
      object(
        { name: str, size: int },
        { required: ['name'], ...rules('!has(oldSelf.size) || self.size >= oldSelf.size') },
      ),
      { ...keyed, maxItems: 10 },
    ),
    twice: list(
      object({ name: str, port: int, size: { ...int, ...rules('self >= oldSelf') } }, { required: ['name', 'port'] }),
      { ...twice, maxItems: 10 },
    ),
    values: map({ ...int, ...rules('self >= oldSelf') }, { maxProperties: 10 }),
    atomic: list({ ...str, maxLength: 10 }, { maxItems: 10, ...rules('self == oldSelf') }),
    set: list(
      { ...str, maxLength: 10 },
      {
        'x-kubernetes-list-type': 'set',
        maxItems: 10,
        ...rules({ rule: 'oldSelf.all(x, x in self)', message: 'must keep all' }),
      },
    ),
    maybe: { ...str, nullable: true, ...rules('self == oldSelf') },
  },
  ...rules({ rule: 'has(oldSelf.fixed) == has(self.fixed)', message: 'fixed cannot come or go' }),
});

const RATCHETS: Json = withSpec({
  properties: {
    low: { ...int, ...rules({ rule: 'self < 10', message: 'too high' }) },
    inner: object({ a: { ...int, ...rules('self < 10') }, b: int }, rules('self.a < 10')),
    list: list({ ...int, ...rules('self < 10') }, { maxItems: 10 }),
    set: list({ ...int, ...rules('self < 10') }, { 'x-kubernetes-list-type': 'set', maxItems: 10 }),
    keyed: list(object({ name: str, size: { ...int, ...rules('self < 10') } }, { required: ['name'] }), keyed),
    map: map({ ...int, ...rules('self < 10') }, { maxProperties: 10 }),
    change: { ...int, ...rules('self < 10 || self == oldSelf + 1') },
    other: str,
  },
  ...rules('!has(self.low) || self.low < 100'),
});

const STATUS: Json = object(
  {
    spec: object({ max: { ...int, ...rules('self < 100') } }, rules('!has(self.max) || self.max > 0')),
    status: object({ count: { ...int, ...rules('self >= 0') }, phase: { ...str, ...rules('self == oldSelf') } }),
  },
  rules({
    rule: '!has(self.status) || !has(self.status.count) || self.status.count <= self.spec.max',
    message: 'beyond max',
  }),
);

const DEFAULTS: Json = spec(
  {
    size: { ...int, default: 3, ...rules('self < 5') },
    min: int,
    inner: object({ a: { ...int, default: 1 } }, { default: {} }),
  },
  '!has(self.min) || self.min <= self.size',
  'self.inner.a == 1',
);

const COSTS: Json = spec(
  {
    list: list(int, { maxItems: 1000, ...rules('self.all(x, self.all(y, x + y >= 0))', 'self.size() >= 0') }),
    words: list(
      { ...str, maxLength: 100 },
      { maxItems: 400, ...rules('self.all(x, self.exists(y, x == y && y.size() > 0))') },
    ),
    first: list(int, { maxItems: 900, ...rules('self.all(x, self.all(y, x + y >= 0))') }),
    message: list(int, {
      maxItems: 700,
      ...rules({ rule: 'self.size() == 0', messageExpression: 'self.all(x, self.all(y, x + y >= 0)) ? "m" : "n"' }),
    }),
  },
  { rule: 'true' },
);

const EMBEDDED: Json = spec({
  one: {
    ...embedded,
    properties: { spec: object({ a: { ...int, ...rules('self < 10') } }) },
    ...rules('self.metadata.name.startsWith("x")', 'self.kind != "Pod"'),
  },
  many: list({ ...embedded, ...rules('self.apiVersion == "v1"') }),
});

/** A field beside a rule, whose type or size may be wrong. */
const SCHEMA: Json = withSpec(
  {
    properties: {
      a: { ...int, maximum: 5, ...rules('self < 3') },
      b: { ...str, maxLength: 3, enum: ['x', 'yy'] },
      c: { ...str, pattern: '^a' },
    },
    required: ['a'],
  },
  rules('self.spec.a != 4'),
);

export const RULE_KINDS: Readonly<Record<string, Json>> = {
  Place: PLACES,
  Message: MESSAGES,
  Change: CHANGES,
  Ratchet: RATCHETS,
  Statused: STATUS,
  Default: DEFAULTS,
  Cost: COSTS,
  Embedded: EMBEDDED,
  Schema: SCHEMA,
};
