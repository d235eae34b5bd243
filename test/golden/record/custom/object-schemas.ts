/** Schemas whose objects are recorded. */
import { type Json, withSpec } from './definition.ts';

const str = { type: 'string' };
const int = { type: 'integer' };
const spec = (properties: Json, rest: Json = {}): Json => withSpec({ properties, ...rest });
const formats = ['date-time', 'date', 'duration', 'ipv4', 'ipv6', 'cidr', 'mac', 'uuid', 'uuid3', 'uuid4', 'uuid5'];
const others = ['byte', 'uri', 'email', 'hostname', 'isbn', 'isbn10', 'isbn13', 'creditcard', 'ssn', 'hexcolor'];
const last = ['rgbcolor', 'bsonobjectid', 'password', 'k8s-short-name', 'k8s-long-name', 'color'];

export const FORMATS = [...formats, ...others, ...last];

/** Each a kind of its own. */
export const KINDS: Readonly<Record<string, Json>> = {
  Scalar: spec(
    {
      text: { ...str, minLength: 2, maxLength: 5, pattern: '^[a-zé]+$' },
      plain: str,
      whole: { ...int, minimum: 1, maximum: 10, multipleOf: 2 },
      small: { ...int, format: 'int32' },
      half: { ...int, maximum: 2.5, multipleOf: 0.5 },
      open: { type: 'number', exclusiveMinimum: true, minimum: 0, exclusiveMaximum: true, maximum: 1 },
      tenth: { type: 'number', multipleOf: 0.1 },
      large: { type: 'number', maximum: 1000000 },
      float: { type: 'number', format: 'float' },
      flag: { type: 'boolean' },
      choice: { ...str, enum: ['a', 'b'] },
      number: { type: 'number', enum: [1, 2.5] },
      maybe: { ...str, nullable: true, enum: ['x', null] },
      port: { 'x-kubernetes-int-or-string': true, pattern: '^[0-9]+%$', maximum: 100 },
      none: { ...str, nullable: true },
    },
    { required: ['plain'] },
  ),
  Format: spec(Object.fromEntries(FORMATS.map((format) => [format.replaceAll('-', ''), { ...str, format }]))),
  Collection: spec({
    list: { type: 'array', minItems: 1, maxItems: 2, items: { ...str, maxLength: 3 } },
    single: { type: 'array', maxItems: 1, items: int },
    set: { type: 'array', 'x-kubernetes-list-type': 'set', items: int },
    wholes: {
      type: 'array',
      'x-kubernetes-list-type': 'set',
      items: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: int } },
    },
    keyed: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name', 'port'],
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: str, port: { ...int, default: 80 }, value: { ...str, maxLength: 3 } },
      },
    },
    named: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', required: ['name'], properties: { name: str, value: { ...int, maximum: 5 } } },
    },
    map: { type: 'object', minProperties: 1, maxProperties: 2, additionalProperties: { ...int, minimum: 1 } },
    closed: { type: 'object', additionalProperties: false },
    any: { type: 'object', additionalProperties: true },
  }),
  Junctor: spec({
    one: { type: 'object', properties: { a: str, b: str }, oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    some: {
      type: 'object',
      properties: { a: str, b: int },
      anyOf: [{ required: ['a'] }, { properties: { b: { minimum: 5 } }, required: ['b'] }],
    },
    all: { ...str, allOf: [{ minLength: 2 }, { pattern: '^x' }] },
    no: { ...str, not: { enum: ['bad', 'worse'] } },
    deep: {
      type: 'object',
      properties: { kind: str, a: { type: 'object', properties: { n: int } } },
      anyOf: [
        { properties: { kind: { enum: ['A'] }, a: { required: ['n'], properties: { n: { maximum: 3 } } } } },
        { properties: { kind: { enum: ['B'] } }, not: { required: ['a'] } },
      ],
    },
  }),
  Tree: spec(
    {
      known: { type: 'object', properties: { a: str, inner: { type: 'object', properties: { b: str } } } },
      open: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        properties: { known: { type: 'object', properties: { a: str } } },
      },
      openList: {
        type: 'array',
        'x-kubernetes-preserve-unknown-fields': true,
        items: { type: 'object', properties: { a: str } },
      },
      anything: { 'x-kubernetes-preserve-unknown-fields': true },
      list: { type: 'array', items: { type: 'object', properties: { a: str } } },
      map: { type: 'object', additionalProperties: { type: 'object', properties: { a: str } } },
      any: { type: 'object', additionalProperties: true },
      template: {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        'x-kubernetes-preserve-unknown-fields': true,
      },
      strict: {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        properties: {
          spec: { type: 'object', properties: { a: str } },
          metadata: { type: 'object', properties: { name: { ...str, maxLength: 3 } } },
        },
      },
    },
    {},
  ),
  Filled: spec({
    text: { ...str, default: 'x' },
    number: { ...int, default: 1, nullable: true },
    object: { type: 'object', default: {}, properties: { a: { ...str, default: 'y' }, b: str } },
    deep: { type: 'object', properties: { a: { ...str, default: 'z' }, n: { ...str, nullable: true } } },
    list: { type: 'array', items: { type: 'object', properties: { a: { ...int, default: 5 } } } },
    map: { type: 'object', additionalProperties: { type: 'object', properties: { a: { ...int, default: 6 } } } },
    __proto: { ...str, default: 'p' },
    plain: str,
  }),
};
