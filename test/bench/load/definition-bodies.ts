/** Definitions of custom resources as code generators make them: some three hundred described fields each. */

/** Where definitions are posted. */
export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const GROUPS = 25;
const SCALARS = ['string', 'array', 'boolean', 'number'] as const;

function fieldsOf(prefix: string, width: number, depth: number): Record<string, object> {
  const field = (i: number): object => {
    const description = `What field ${i} of ${prefix} means is said at some length in the operator's documentation.`;
    if (depth > 0 && i % 3 === 0)
      return { type: 'object', description, properties: fieldsOf(`${prefix}${i}`, width, depth - 1) };
    const type = SCALARS[i % SCALARS.length];
    return { type, description, ...(type === 'array' && { items: { type: 'string' } }) };
  };
  return Object.fromEntries(Array.from({ length: width }, (_, i) => [`${prefix}Field${i}`, field(i)]));
}

export interface DefinitionBody {
  readonly body: Buffer;
  /** Where its objects are. */
  readonly objects: string;
}

/** The definition number `i`. */
export function definitionBody(i: number): DefinitionBody {
  const [plural, kind, group] = [`things${i}`, `Thing${i}`, `operator${i % GROUPS}.example.com`];
  const properties = {
    spec: { type: 'object', properties: fieldsOf(`spec${i}x`, 10, 2) },
    status: { type: 'object', properties: fieldsOf('status', 9, 1) },
  };
  const schema = { openAPIV3Schema: { type: 'object', description: `${kind} is a resource.`, properties } };
  const version = { name: 'v1', served: true, storage: true, subresources: { status: {} }, schema };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope: 'Namespaced', names: { plural, kind }, versions: [version] },
  };
  return { body: Buffer.from(JSON.stringify(definition)), objects: `/apis/${group}/v1/${plural}` };
}
