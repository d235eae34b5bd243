/** How messages show a schema: upstream's internal type has no names for JSON, so Go prints all of its fields. */

import type { Frozen } from '../../base/freeze.ts';
import type { ValidationRule } from '../../kube/types.gen.ts';
import type { JsonSchema } from './structural.ts';

type Form = Record<string, unknown>;

const orNull = (value: unknown): unknown => value ?? null;

function mapForm<T>(values: Readonly<Record<string, T>> | undefined, form: (value: T) => unknown): unknown {
  if (!values) return null;
  const names = Object.keys(values).sort();
  return Object.fromEntries(names.map((name) => [name, form(values[name] as T)]));
}

const listForm = (schemas: readonly JsonSchema[] | undefined): unknown => schemas?.map(internalSchemaForm) ?? null;

function orBoolForm(value: JsonSchema | boolean | undefined): unknown {
  if (value === undefined) return null;
  if (typeof value === 'boolean') return { Allows: value, Schema: null };
  return { Allows: true, Schema: internalSchemaForm(value) };
}

function itemsForm(items: JsonSchema['items']): unknown {
  if (items === undefined) return null;
  if (Array.isArray(items)) return { Schema: null, JSONSchemas: listForm(items as readonly JsonSchema[]) };
  return { Schema: internalSchemaForm(items as JsonSchema), JSONSchemas: null };
}

function dependencyForm(value: JsonSchema | readonly string[]): unknown {
  if (Array.isArray(value)) return { Schema: null, Property: value };
  return { Schema: internalSchemaForm(value as JsonSchema), Property: null };
}

/** A rule, as problems of rules show it. */
export function internalRuleForm(rule: Frozen<ValidationRule>): Form {
  return {
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: orNull(rule.reason),
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: orNull(rule.optionalOldSelf),
  };
}

/** All fields of a schema under Go's names. */
export function internalSchemaForm(schema: JsonSchema): Form {
  return {
    ID: schema.id ?? '',
    Schema: schema.$schema ?? '',
    Ref: orNull(schema.$ref),
    Description: schema.description ?? '',
    Type: schema.type ?? '',
    Nullable: schema.nullable ?? false,
    Format: schema.format ?? '',
    Title: schema.title ?? '',
    Default: orNull(schema.default),
    Maximum: orNull(schema.maximum),
    ExclusiveMaximum: schema.exclusiveMaximum ?? false,
    Minimum: orNull(schema.minimum),
    ExclusiveMinimum: schema.exclusiveMinimum ?? false,
    MaxLength: orNull(schema.maxLength),
    MinLength: orNull(schema.minLength),
    Pattern: schema.pattern ?? '',
    MaxItems: orNull(schema.maxItems),
    MinItems: orNull(schema.minItems),
    UniqueItems: schema.uniqueItems ?? false,
    MultipleOf: orNull(schema.multipleOf),
    Enum: orNull(schema.enum),
    MaxProperties: orNull(schema.maxProperties),
    MinProperties: orNull(schema.minProperties),
    Required: orNull(schema.required),
    Items: itemsForm(schema.items),
    AllOf: listForm(schema.allOf),
    OneOf: listForm(schema.oneOf),
    AnyOf: listForm(schema.anyOf),
    Not: schema.not ? internalSchemaForm(schema.not) : null,
    Properties: mapForm(schema.properties, internalSchemaForm),
    AdditionalProperties: orBoolForm(schema.additionalProperties),
    PatternProperties: mapForm(schema.patternProperties, internalSchemaForm),
    Dependencies: mapForm(schema.dependencies, dependencyForm),
    AdditionalItems: orBoolForm(schema.additionalItems),
    Definitions: mapForm(schema.definitions, internalSchemaForm),
    ExternalDocs: schema.externalDocs
      ? { Description: schema.externalDocs.description ?? '', URL: schema.externalDocs.url ?? '' }
      : null,
    Example: orNull(schema.example),
    XPreserveUnknownFields: orNull(schema['x-kubernetes-preserve-unknown-fields']),
    XEmbeddedResource: schema['x-kubernetes-embedded-resource'] ?? false,
    XIntOrString: schema['x-kubernetes-int-or-string'] ?? false,
    XListMapKeys: orNull(schema['x-kubernetes-list-map-keys']),
    XListType: orNull(schema['x-kubernetes-list-type']),
    XMapType: orNull(schema['x-kubernetes-map-type']),
    XValidations: schema['x-kubernetes-validations']?.map(internalRuleForm) ?? null,
  };
}
