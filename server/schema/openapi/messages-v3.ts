/** Messages of github.com/google/gnostic-models/openapiv3, as far as our documents have them. */
import type { Messages } from './protobuf.ts';

const isReference = (value: unknown): boolean => typeof value === 'object' && value !== null && '$ref' in value;

/** By name; `Document` is the root. */
export const MESSAGES_V3: Messages = {
  Document: {
    fields: {
      openapi: [1, 'string'],
      info: [2, 'Info'],
      paths: [4, 'Paths'],
      components: [5, 'Components'],
    },
    extensions: 9,
  },
  Info: { fields: { title: [1, 'string'], description: [2, 'string'], version: [6, 'string'] } },
  Paths: { named: [1, 'PathItem'], extensions: 2 },
  PathItem: {
    fields: {
      get: [4, 'Operation'],
      put: [5, 'Operation'],
      post: [6, 'Operation'],
      delete: [7, 'Operation'],
      options: [8, 'Operation'],
      head: [9, 'Operation'],
      patch: [10, 'Operation'],
      parameters: [13, '[]ParameterOrReference'],
    },
    extensions: 14,
  },
  Operation: {
    fields: {
      tags: [1, '[]item'],
      description: [3, 'string'],
      operationId: [5, 'string'],
      parameters: [6, '[]ParameterOrReference'],
      requestBody: [7, 'RequestBodyOrReference'],
      responses: [8, 'Responses'],
      deprecated: [10, 'bool'],
    },
    extensions: 13,
  },
  ParameterOrReference: { choose: (value) => (isReference(value) ? [2, 'Reference'] : [1, 'Parameter']) },
  Parameter: {
    fields: {
      name: [1, 'string'],
      in: [2, 'string'],
      description: [3, 'string'],
      required: [4, 'bool'],
      schema: [10, 'SchemaOrReference'],
    },
    extensions: 14,
  },
  Reference: { fields: { $ref: [1, 'string'], summary: [2, 'string'], description: [3, 'string'] } },
  RequestBodyOrReference: { choose: () => [1, 'RequestBody'] },
  RequestBody: {
    fields: { description: [1, 'string'], content: [2, '{}MediaType'], required: [3, 'bool'] },
    extensions: 4,
  },
  Responses: {
    fields: { default: [1, 'ResponseOrReference'] },
    named: [2, 'ResponseOrReference'],
    extensions: 3,
  },
  ResponseOrReference: { choose: (value) => (isReference(value) ? [2, 'Reference'] : [1, 'Response']) },
  Response: { fields: { description: [1, 'string'], content: [3, '{}MediaType'] }, extensions: 5 },
  MediaType: { fields: { schema: [1, 'SchemaOrReference'] }, extensions: 5 },
  Components: {
    fields: { schemas: [1, '{}SchemaOrReference'], securitySchemes: [7, '{}SecuritySchemeOrReference'] },
    extensions: 10,
  },
  SecuritySchemeOrReference: { choose: () => [1, 'SecurityScheme'] },
  SecurityScheme: {
    fields: { type: [1, 'string'], description: [2, 'string'], name: [3, 'string'], in: [4, 'string'] },
    extensions: 9,
  },
  SchemaOrReference: { choose: (value) => (isReference(value) ? [2, 'Reference'] : [1, 'Schema']) },
  Schema: {
    fields: {
      nullable: [1, 'bool'],
      example: [7, 'any'],
      title: [9, 'string'],
      multipleOf: [10, 'double'],
      maximum: [11, 'double'],
      exclusiveMaximum: [12, 'bool'],
      minimum: [13, 'double'],
      exclusiveMinimum: [14, 'bool'],
      maxLength: [15, 'int64'],
      minLength: [16, 'int64'],
      pattern: [17, 'string'],
      maxItems: [18, 'int64'],
      minItems: [19, 'int64'],
      uniqueItems: [20, 'bool'],
      maxProperties: [21, 'int64'],
      minProperties: [22, 'int64'],
      required: [23, '[]item'],
      enum: [24, '[]any'],
      type: [25, 'string'],
      allOf: [26, '[]SchemaOrReference'],
      oneOf: [27, '[]SchemaOrReference'],
      anyOf: [28, '[]SchemaOrReference'],
      not: [29, 'Schema'],
      items: [30, 'ItemsItem'],
      properties: [31, '{}SchemaOrReference'],
      additionalProperties: [32, 'AdditionalPropertiesItem'],
      default: [33, 'DefaultType'],
      description: [34, 'string'],
      format: [35, 'string'],
    },
    extensions: 36,
  },
  ItemsItem: { choose: (value) => (Array.isArray(value) ? [1, '[]SchemaOrReference'] : [1, 'SchemaOrReference']) },
  AdditionalPropertiesItem: {
    choose: (value) => (typeof value === 'boolean' ? [2, 'choice'] : [1, 'SchemaOrReference']),
  },
  /** Objects and lists cannot be said: they leave the message empty. */
  DefaultType: {
    choose(value) {
      if (typeof value === 'number') return [1, 'double'];
      if (typeof value === 'boolean') return [2, 'choice'];
      return typeof value === 'string' ? [3, 'item'] : undefined;
    },
  },
};
