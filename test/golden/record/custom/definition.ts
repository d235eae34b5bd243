/** Makes definitions to send to a server: valid ones, in which one thing is changed. */

export type Json = Record<string, unknown>;

export const GROUP = 'definitions.golden.example.com';

/** A schema with a spec. */
export const withSpec = (spec: Json, rest: Json = {}): Json => ({
  type: 'object',
  properties: { spec: { type: 'object', ...spec } },
  ...rest,
});

/** A schema whose spec has one field. */
export const withField = (field: Json): Json => withSpec({ properties: { f: field } });

export const version = (name: string, schema: Json | undefined, rest: Json = {}): Json => ({
  name,
  served: true,
  storage: true,
  ...(schema && { schema: { openAPIV3Schema: schema } }),
  ...rest,
});

export interface DefinitionParts {
  readonly plural?: string;
  readonly group?: string;
  readonly metadata?: Json;
  readonly names?: Json;
  readonly spec?: Json;
  readonly versions?: readonly Json[];
}

export function definition({
  plural = 'things',
  group = GROUP,
  metadata,
  names,
  spec,
  versions,
}: DefinitionParts): Json {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, ...metadata },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: 'thing', kind: 'Thing', listKind: 'ThingList', ...names },
      versions: versions ?? [version('v1', withSpec({}))],
      ...spec,
    },
  };
}

/** A definition of one version with a schema. */
export const ofSchema = (schema: Json, rest: Json = {}): Json =>
  definition({ versions: [version('v1', schema, rest)] });
