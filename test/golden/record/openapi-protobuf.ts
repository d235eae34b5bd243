// Records what gnostic makes of OpenAPI documents that have everything our messages know. Needs Go, and no server.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const SCHEMA_LIMITS = {
  title: 'Limits',
  multipleOf: 0.5,
  maximum: 10,
  exclusiveMaximum: true,
  minimum: -1.25,
  exclusiveMinimum: true,
  maxLength: 300,
  minLength: 1,
  pattern: '^[a-z]$',
  maxItems: 5,
  minItems: 1,
  uniqueItems: true,
  maxProperties: 128,
  minProperties: 1,
};

/** Values whose YAML is not obvious. */
const EXTENSIONS = {
  'x-string': 'list',
  'x-empty': '',
  'x-number': 3,
  'x-boolean': false,
  'x-words': ['true', 'null', 'on', '1', '1.5', '*', 'a: b', "it's", 'merge,retainKeys', 'SIGRTMIN+1', '- x', '# y'],
  'x-object': { group: '', version: 'v1', kind: 'Pod' },
  'x-nested': [{ discriminator: 'type', fields: { one: 'One', two: 'Two' } }],
  'x-nothing': {},
};

const operation = (content: object): object => ({
  tags: ['core_v1'],
  description: 'read it',
  operationId: 'readIt',
  ...content,
  'x-kubernetes-action': 'get',
});

const V2 = {
  swagger: '2.0',
  info: { title: 'Kubernetes', version: '1.37' },
  paths: {
    '/api/v1/things/{name}': {
      get: operation({
        consumes: ['*/*'],
        produces: ['application/json', 'application/yaml'],
        schemes: ['https'],
        parameters: [
          { name: 'body', in: 'body', required: true, schema: { $ref: '#/definitions/Thing' } },
          { uniqueItems: true, type: 'string', description: 'dry', name: 'dryRun', in: 'query' },
        ],
        responses: { 200: { description: 'OK', schema: { type: 'string' } }, 401: { description: 'Unauthorized' } },
      }),
      parameters: [
        { uniqueItems: true, type: 'string', description: 'name', name: 'name', in: 'path', required: true },
        { $ref: '#/parameters/pretty-1' },
      ],
    },
  },
  definitions: {
    Thing: {
      description: 'A thing.',
      type: 'object',
      required: ['a', 'b'],
      properties: {
        a: { type: 'string', enum: ['', 'A', '*', 'yes'], format: 'byte' },
        b: { type: 'array', items: { type: 'integer', format: 'int64' }, ...EXTENSIONS },
        c: { type: 'object', additionalProperties: { $ref: '#/definitions/Other' } },
        d: { type: 'object', additionalProperties: true },
        e: { description: 'both', $ref: '#/definitions/Other' },
        f: { type: 'number', ...SCHEMA_LIMITS },
      },
    },
    Other: { description: 'Anything at all: ü.' },
  },
  parameters: { 'pretty-1': { uniqueItems: true, type: 'string', name: 'pretty', in: 'query' } },
  securityDefinitions: { BearerToken: { description: 'token', type: 'apiKey', name: 'authorization', in: 'header' } },
  security: [{ BearerToken: [] }],
};

const V3 = {
  openapi: '3.0.0',
  info: { title: 'Kubernetes', version: '1.37' },
  paths: {
    '/api/v1/things/{name}': {
      post: operation({
        parameters: [
          { name: 'dryRun', in: 'query', description: 'dry', schema: { type: 'string', uniqueItems: true } },
        ],
        requestBody: { content: { '*/*': { schema: { $ref: '#/components/schemas/Thing' } } }, required: true },
        responses: {
          200: { description: 'OK', content: { 'application/json': { schema: { type: 'string' } } } },
          401: { description: 'Unauthorized' },
        },
      }),
      parameters: [
        {
          name: 'name',
          in: 'path',
          description: 'name',
          required: true,
          schema: { type: 'string', uniqueItems: true },
        },
      ],
    },
  },
  components: {
    schemas: {
      Thing: {
        description: 'A thing.',
        type: 'object',
        required: ['a'],
        properties: {
          a: { type: 'string', default: '', enum: ['', 'A', '*'], nullable: true },
          b: { type: 'array', default: [], items: { $ref: '#/components/schemas/Other' }, ...EXTENSIONS },
          c: { default: {}, allOf: [{ $ref: '#/components/schemas/Other' }], description: 'both' },
          d: { type: 'object', additionalProperties: false },
          e: { type: 'integer', format: 'int32', default: 0 },
          f: { type: 'boolean', default: false },
          g: { anyOf: [{ type: 'integer' }], not: { type: 'string' }, ...SCHEMA_LIMITS },
        },
      },
      Other: { oneOf: [{ type: 'string' }, { type: 'number' }] },
    },
    securitySchemes: { BearerToken: { type: 'apiKey', description: 'token', name: 'authorization', in: 'header' } },
  },
};

const documents = [
  { version: 'v2', document: V2 },
  { version: 'v3', document: V3 },
];
const input = documents.map(({ version, document }) => `${version} ${JSON.stringify(document)}\n`).join('');
const output = execFileSync('go', ['run', '.'], { cwd: 'test/golden/record/gnostic', input });
const bytes = output.toString().trim().split('\n');
const cases = documents.map((one, i) => `    ${JSON.stringify({ ...one, protobuf: bytes[i] })}`);
const text = `{\n  "recordedFrom": "gnostic-models 0.7.0",\n  "cases": [\n${cases.join(',\n')}\n  ]\n}\n`;
writeFileSync('test/golden/openapi/protobuf.json', text);
