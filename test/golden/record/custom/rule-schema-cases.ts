/** Schemas with rules, each of a definition of its own. */
import { type Json, withField, withSpec } from './definition.ts';

const str = { type: 'string' };
const int = { type: 'integer' };
const rules = (...texts: (string | Json)[]): Json => ({
  'x-kubernetes-validations': texts.map((text) => (typeof text === 'string' ? { rule: text } : text)),
});
const object = (properties: Json, rest: Json = {}): Json => ({ type: 'object', properties, ...rest });
const list = (items: Json, rest: Json = {}): Json => ({ type: 'array', items, ...rest });
const map = (additionalProperties: Json, rest: Json = {}): Json => ({ type: 'object', additionalProperties, ...rest });
const root = (properties: Json, ...texts: (string | Json)[]): Json => object(properties, rules(...texts));
const keyed = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] };
const embedded = {
  type: 'object',
  'x-kubernetes-embedded-resource': true,
  'x-kubernetes-preserve-unknown-fields': true,
};

/** What does not compile, and what does. */
const TYPES: Readonly<Record<string, Json>> = {
  'names of types': root(
    { spec: object({ f: object({ a: int }, rules('self == 1')), g: list(object({ a: int }, rules('self == 1'))) }) },
    'self.spec.f == 1',
  ),
  'a rule that is no expression': withField(object({ a: int }, rules('self.a >', '1 +', '(((', 'self.a ? 1'))),
  'an unknown field': withField(object({ a: int }, rules('self.b == 1', 'has(self.b)', 'other == 1'))),
  'wrong types': withField(object({ a: int }, rules('self.a == "1"', 'self.a', '"text"', 'self.a + 1', '[true]'))),
  'rules of many lines': withField(object({ a: int }, rules({ rule: 'self.a\n  == b', message: 'm' }))),
  'an unknown field far below': withSpec(
    { properties: { f: object({ a: object({ b: int }) }) } },
    rules('self.spec.f.a.c == 1'),
  ),
  'an unknown field of items': withField(list(object({ a: int }), rules('self.all(x, x.b > 1)'))),
  'an unknown field of values': withField(map(object({ a: int }), rules('self.all(k, self[k].b > 1)'))),
  'rules of scalars': withField({ ...str, ...rules('self.size() < 5', 'self < 5', 'self.foo') }),
  'names that are escaped': withField(
    object(
      { namespace: str, 'x-prop': int, redact__d: int, 'a.b': int, 'a/b': int, $ref: int, '1a': int, int: int },
      rules(
        'self.__namespace__ == "x" && self.namespace == "x"',
        'self.x__dash__prop > 0',
        'self.redact__underscores__d > 0',
        'self.a__dot__b > 0 && self.a__slash__b > 0',
        'self.int > 0',
        'self.x-prop > 0',
        'self.redact__d > 0',
        'self.$ref > 0',
      ),
    ),
  ),
  'int-or-string': withField({
    'x-kubernetes-int-or-string': true,
    ...rules('type(self) == int ? self < 5 : self == "5%"', 'self.foo == 1', 'self'),
  }),
  'unknown fields kept': withField(
    object({ a: int }, { 'x-kubernetes-preserve-unknown-fields': true, ...rules('self.a > 1', 'self.b > 1') }),
  ),
  'something of any type': withField({ 'x-kubernetes-preserve-unknown-fields': true, ...rules('self == 1') }),
  'something that has a field of any type': withField(
    object({ any: { 'x-kubernetes-preserve-unknown-fields': true } }, rules('has(self.any)', 'self.any == 1')),
  ),
  'rules below something of any type': withField({
    'x-kubernetes-preserve-unknown-fields': true,
    properties: { a: { ...int, ...rules('self > 1', 'self.b > 1') } },
  }),
  'lists of anything': withField(list({ 'x-kubernetes-preserve-unknown-fields': true }, rules('self.size() > 1'))),
  'maps of anything': withField(map({ 'x-kubernetes-preserve-unknown-fields': true }, rules('self.size() > 1'))),
  'a map of booleans': withField({ type: 'object', additionalProperties: true, ...rules('self == self') }),
  'the metadata of the whole': root(
    { spec: object({}) },
    'self.metadata.name.size() < 5',
    'self.metadata.generateName == ""',
    'self.kind == "Thing" && self.apiVersion != ""',
    'self.metadata.namespace == "x"',
    'self.metadata.labels.size() == 0',
  ),
  'described metadata': root(
    { metadata: object({ name: { ...str, maxLength: 5, ...rules('self != "x"', 'self.y') } }) },
    'self.metadata.name.contains(self.metadata.name)',
  ),
  'an embedded resource': withField({
    ...embedded,
    ...rules('self.metadata.name == "x"', 'self.metadata.labels == 1', 'self.spec == 1'),
  }),
  'rules inside an embedded resource': withField({
    ...embedded,
    properties: {
      metadata: object({ labels: map(str, rules('self.size() > 0', 'self.x')) }),
      spec: object({}, rules('self.x')),
    },
  }),
  'rules on metadata': root({ metadata: { type: 'object', ...rules('true') } }),
  formats: withField(
    object(
      {
        time: { ...str, format: 'date-time' },
        day: { ...str, format: 'date' },
        length: { ...str, format: 'duration' },
        bytes: { ...str, format: 'byte' },
        number: { type: 'number' },
        flag: { type: 'boolean' },
      },
      rules(
        'self.time < timestamp("2020-01-01T00:00:00Z") && self.day.getFullYear() > 2000 && ' +
          'self.length < duration("1h")',
        'self.bytes == b"x" && self.number < 1.5 && self.flag',
        'self.time == "x"',
        'self.length.size() > 1',
        'self.number < 1',
      ),
    ),
  ),
  'nullable things': withField(
    object({ a: { ...str, nullable: true } }, rules('self.a == null', 'self.a != null && self.a == "x"')),
  ),
  'sets and maps': withField(
    object(
      {
        set: list(str, { 'x-kubernetes-list-type': 'set' }),
        map: list(object({ name: str }, { required: ['name'] }), keyed),
      },
      rules('self.set == ["a"] && self.set + ["b"] == self.set', 'self.map == self.map', 'self.map == self.set'),
    ),
  ),
  'functions of this version': withField({
    ...str,
    ...rules('isIP(self) || isURL(self) || quantity(self).isInteger()', 'self.nothing()'),
  }),
  patterns: withField({ ...str, ...rules('self.matches("[")', 'self.matches("(a+)+$")', 'self.find("\\\\d+") != ""') }),
  'constants that cannot be': withField({
    ...str,
    ...rules('duration("x") == duration("1s")', 'timestamp("y") == timestamp("z")', '1 / 0 == 1'),
  }),
};

const MESSAGES: Readonly<Record<string, Json>> = {
  'message expressions': withField(
    object(
      { a: int },
      rules(
        { rule: 'true', messageExpression: 'self.a' },
        { rule: 'true', messageExpression: '"a is " + string(self.a)' },
        { rule: 'true', messageExpression: 'self.b' },
        { rule: 'true', messageExpression: ' ' },
        { rule: 'true', messageExpression: '"a" +' },
        { rule: 'self.c', messageExpression: 'self.b' },
        { rule: 'true', message: 'x', messageExpression: 'string(oldSelf.a)' },
      ),
    ),
  ),
  'messages and reasons': withField(
    object(
      { a: int, b: object({ c: int }) },
      rules(
        { rule: 'true', message: 'm', reason: 'FieldValueForbidden', fieldPath: '.b.c' },
        { rule: 'true', reason: 'Other' },
        { rule: 'true', fieldPath: '.x' },
        { rule: 'true', fieldPath: 'a' },
        { rule: 'true', fieldPath: '.b.c.d' },
        { rule: 'true', fieldPath: "['a']" },
      ),
    ),
  ),
};

const OLD_SELF: Readonly<Record<string, Json>> = {
  changes: withField(object({ a: int }, rules('self.a >= oldSelf.a', 'oldSelf.b == 1', 'oldSelf'))),
  'changes of items': withField(list({ ...int, ...rules('self == oldSelf') })),
  'changes of items of a set': withField(
    list({ ...int, ...rules('self == oldSelf') }, { 'x-kubernetes-list-type': 'set' }),
  ),
  'changes of keyed items': withField(
    list(object({ name: str }, { required: ['name'], ...rules('self == oldSelf') }), keyed),
  ),
  'changes of values': withField(map({ ...int, ...rules('self == oldSelf') })),
  'changes inside an atomic map': withField(
    object({ a: { ...int, ...rules('self == oldSelf') } }, { 'x-kubernetes-map-type': 'atomic' }),
  ),
  'changes below items': withField(list(object({ a: object({ b: { ...int, ...rules('self == oldSelf') } }) }))),
  'old values that may be missing': withField(
    object(
      { a: int },
      rules(
        { rule: 'oldSelf.hasValue() || self.a == 1', optionalOldSelf: true },
        { rule: 'oldSelf.a == 1', optionalOldSelf: true },
        { rule: 'self.a == 1', optionalOldSelf: true },
        { rule: 'self.a == 1', optionalOldSelf: false },
        { rule: 'oldSelf.hasValue()' },
        { rule: 'oldSelf.orValue(self).a == 1', optionalOldSelf: true },
        { rule: 'oldSelf.?a.orValue(2) == 1', optionalOldSelf: true },
      ),
    ),
  ),
  'old values of items that may be missing': withField(
    list({ ...int, ...rules({ rule: 'oldSelf.hasValue()', optionalOldSelf: true }) }),
  ),
};

const COSTS: Readonly<Record<string, Json>> = {
  'a search in a list without end': withField(list(str, rules('self.all(x, x.contains("a"))'))),
  'a search in a bounded list': withField(
    list({ ...str, maxLength: 10 }, { maxItems: 10, ...rules('self.all(x, x.contains("a"))') }),
  ),
  'a product': withField(list(int, rules('self.all(x, self.all(y, x != y || x == y))'))),
  'a bounded product': withField(list(int, { maxItems: 1000, ...rules('self.all(x, self.all(y, x != y || x == y))') })),
  'a little too much': withField(list(int, { maxItems: 1500, ...rules('self.all(x, self.all(y, x != y || x == y))') })),
  'rules of items without end': withField(list(object({ a: str }, rules('self.a.contains("x")')))),
  'rules of bounded items': withField(
    list(object({ a: { ...str, maxLength: 8 } }, rules('self.a.contains("x")')), { maxItems: 8 }),
  ),
  'rules of values of values': withField(map(map({ ...int, ...rules('self > 1') }))),
  'rules of values of bounded values': withField(
    map(map({ ...int, ...rules('self > 1') }, { maxProperties: 10 }), { maxProperties: 10 }),
  ),
  'a message that is too much': withField(
    list(str, rules({ rule: 'true', messageExpression: 'self.join(",").replace("a", "bb")' })),
  ),
  'many rules': withSpec({
    properties: Object.fromEntries(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name, i) => [
        name,
        list(int, {
          maxItems: 900 - 50 * i,
          ...rules('self.all(x, self.all(y, self.size() > 1 || x != y || x == y))'),
        }),
      ]),
    ),
  }),
  'very many rules': withSpec({
    properties: Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [
        `f${i}`,
        list(int, { maxItems: 1000 - i, ...rules('self.all(x, self.all(y, x != y || x == y))') }),
      ]),
    ),
  }),
  'names of the whole': root({ spec: list({ ...int }, { maxItems: 100 }) }),
  'searches in names': root(
    { spec: object({ f: list(int, { maxItems: 3000 }) }) },
    'self.spec.f.all(x, self.metadata.name.contains(self.kind))',
  ),
  enums: withField(list({ ...str, enum: ['a', 'bb'] }, rules('self.all(x, self.all(y, x == y))'))),
  'ip addresses': withField(list(str, { maxItems: 20, ...rules('self.all(x, isIP(x) && ip(x).family() == 4)') })),
};

const DEFAULTS: Readonly<Record<string, Json>> = {
  'a default that breaks a rule': withField({ ...int, default: 1, ...rules('self > 1') }),
  'a default that keeps a rule': withField({ ...int, default: 2, ...rules('self > 1') }),
  'a default with a broken rule inside': withField(
    object({ a: { ...int, ...rules('self > 1') } }, { default: { a: 1 } }),
  ),
  'a default about its change': withField({
    ...int,
    default: 1,
    ...rules('self > oldSelf', { rule: 'oldSelf.hasValue()', optionalOldSelf: true }),
  }),
  'a default of many rules': withField(
    object(
      { a: int },
      {
        default: { a: 1 },
        ...rules({ rule: 'self.a > 1', fieldPath: '.a', reason: 'FieldValueForbidden' }, 'self.b == 1'),
      },
    ),
  ),
  'a default of items': withField(list({ ...int, ...rules('self > 1') }, { default: [1, 2, 0] })),
  'a default that makes a rule fail': withField(object({ a: int }, { default: {}, ...rules('self.a > 1') })),
  'a default of an embedded resource': withField({
    ...embedded,
    default: { apiVersion: 'v1', kind: 'A', metadata: { name: 'x' } },
    ...rules('self.metadata.name == "y"'),
  }),
};

export const RULE_SCHEMAS: Readonly<Record<string, Json>> = {
  ...TYPES,
  ...MESSAGES,
  ...OLD_SELF,
  ...COSTS,
  ...DEFAULTS,
};
