/** Messages of github.com/google/gnostic-models/openapiv2, as far as our documents have them. */
import type { Message, Messages } from './protobuf.ts';

const hasKey = (value: unknown, key: string): boolean => typeof value === 'object' && value !== null && key in value;

/** Limits that schemas and parameters share, with the number of the first, in the order of the .proto. */
function parameter(extra: NonNullable<Message['fields']>, extensions: number): Message {
  return {
    fields: {
      required: [1, 'bool'],
      in: [2, 'string'],
      description: [3, 'string'],
      name: [4, 'string'],
      ...extra,
    },
    extensions,
  };
}

const SCHEMA: Message = {
  fields: {
    $ref: [1, 'string'],
    format: [2, 'string'],
    title: [3, 'string'],
    description: [4, 'string'],
    default: [5, 'any'],
    multipleOf: [6, 'double'],
    maximum: [7, 'double'],
    exclusiveMaximum: [8, 'bool'],
    minimum: [9, 'double'],
    exclusiveMinimum: [10, 'bool'],
    maxLength: [11, 'int64'],
    minLength: [12, 'int64'],
    pattern: [13, 'string'],
    maxItems: [14, 'int64'],
    minItems: [15, 'int64'],
    uniqueItems: [16, 'bool'],
    maxProperties: [17, 'int64'],
    minProperties: [18, 'int64'],
    required: [19, '[]item'],
    enum: [20, '[]any'],
    additionalProperties: [21, 'AdditionalPropertiesItem'],
    type: [22, 'TypeItem'],
    items: [23, 'ItemsItem'],
    allOf: [24, '[]Schema'],
    properties: [25, '{}Schema'],
    example: [30, 'any'],
  },
  extensions: 31,
};

/** By name; `Document` is the root. */
export const MESSAGES_V2: Messages = {
  Document: {
    fields: {
      swagger: [1, 'string'],
      info: [2, 'Info'],
      paths: [8, 'Paths'],
      definitions: [9, '{}Schema'],
      parameters: [10, '{}Parameter'],
      security: [12, '[]SecurityRequirement'],
      securityDefinitions: [13, '{}SecurityDefinitionsItem'],
    },
    extensions: 16,
  },
  Info: { fields: { title: [1, 'string'], version: [2, 'string'] } },
  Paths: { extensions: 1, named: [2, 'PathItem'] },
  PathItem: {
    fields: {
      get: [2, 'Operation'],
      put: [3, 'Operation'],
      post: [4, 'Operation'],
      delete: [5, 'Operation'],
      options: [6, 'Operation'],
      head: [7, 'Operation'],
      patch: [8, 'Operation'],
      parameters: [9, '[]ParametersItem'],
    },
    extensions: 10,
  },
  Operation: {
    fields: {
      tags: [1, '[]item'],
      description: [3, 'string'],
      operationId: [5, 'string'],
      produces: [6, '[]item'],
      consumes: [7, '[]item'],
      parameters: [8, '[]ParametersItem'],
      responses: [9, 'Responses'],
      schemes: [10, '[]item'],
      deprecated: [11, 'bool'],
    },
    extensions: 13,
  },
  ParametersItem: { choose: (value) => (hasKey(value, '$ref') ? [2, 'JsonReference'] : [1, 'Parameter']) },
  Parameter: { choose: (value) => (hasKey(value, 'schema') ? [1, 'BodyParameter'] : [2, 'NonBodyParameter']) },
  NonBodyParameter: {
    choose: (value) =>
      (value as { in?: string }).in === 'path' ? [4, 'PathParameterSubSchema'] : [3, 'QueryParameterSubSchema'],
  },
  BodyParameter: {
    fields: {
      description: [1, 'string'],
      name: [2, 'string'],
      in: [3, 'string'],
      required: [4, 'bool'],
      schema: [5, 'Schema'],
    },
    extensions: 6,
  },
  QueryParameterSubSchema: parameter({ type: [6, 'string'], format: [7, 'string'], uniqueItems: [20, 'bool'] }, 23),
  PathParameterSubSchema: parameter({ type: [5, 'string'], format: [6, 'string'], uniqueItems: [19, 'bool'] }, 22),
  JsonReference: { fields: { $ref: [1, 'string'], description: [2, 'string'] } },
  Responses: { named: [1, 'ResponseValue'], extensions: 2 },
  ResponseValue: { choose: (value) => (hasKey(value, '$ref') ? [2, 'JsonReference'] : [1, 'Response']) },
  Response: { fields: { description: [1, 'string'], schema: [2, 'SchemaItem'] }, extensions: 5 },
  SchemaItem: { choose: () => [1, 'Schema'] },
  Schema: SCHEMA,
  AdditionalPropertiesItem: { choose: (value) => (typeof value === 'boolean' ? [2, 'choice'] : [1, 'Schema']) },
  TypeItem: { choose: (value) => (Array.isArray(value) ? [1, '[]item'] : [1, 'item']) },
  ItemsItem: { choose: (value) => (Array.isArray(value) ? [1, '[]Schema'] : [1, 'Schema']) },
  SecurityRequirement: { named: [1, 'StringArray'] },
  StringArray: { choose: () => [1, '[]item'] },
  SecurityDefinitionsItem: { choose: () => [2, 'ApiKeySecurity'] },
  ApiKeySecurity: {
    fields: { type: [1, 'string'], name: [2, 'string'], in: [3, 'string'], description: [4, 'string'] },
    extensions: 5,
  },
};
