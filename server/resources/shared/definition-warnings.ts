/** What is odd about the schemas of a definition, but allowed. */
import type { Frozen } from '../../base/freeze.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { CustomResourceDefinition } from '../../kube/types.gen.ts';
import { isSupportedFormat } from '../../schema/custom/formats.ts';
import { schemaDigest } from '../../schema/custom/schema-digest.ts';
import { itemsOf } from '../../schema/custom/schema-walk.ts';
import type { JsonSchema } from '../../schema/custom/structural-schema.ts';

type Definition = Frozen<CustomResourceDefinition>;

/** The warnings of a write; those that `old` had already are not repeated. */
export function definitionWarnings(definition: Definition, old?: Definition): string[] {
  const found = warningsOf(definition);
  const known = new Set(old && found.length > 0 ? warningsOf(old) : []);
  return found.filter((warning) => !known.has(warning));
}

function warningsOf(definition: Definition): string[] {
  const nodes = schemasOf(definition).flatMap((schema) => schemaDigest(schema).formatted);
  return nodes.length === 0 ? [] : [...unknownFormats(nodes), ...unmergeableSets(nodes)];
}

/** Schemas that all versions share count once. */
function schemasOf({ spec }: Definition): JsonSchema[] {
  const schemas = (spec.versions ?? []).flatMap(({ schema }) => schema?.openAPIV3Schema ?? []);
  if (schemas.length < 2) return schemas;
  const texts = new Set(schemas.map((schema) => JSON.stringify(schema)));
  return texts.size === 1 ? schemas.slice(0, 1) : schemas;
}

function unknownFormats(nodes: readonly JsonSchema[]): string[] {
  return nodes.flatMap(({ type = '', format = '' }) =>
    format === '' || isSupportedFormat(type, format) ? [] : [`unrecognized format ${goQuote(format)}`],
  );
}

function unmergeableSets(nodes: readonly JsonSchema[]): string[] {
  const types = new Set<string>();
  for (const node of nodes) {
    const type = itemsOf(node)?.type;
    if (node['x-kubernetes-list-type'] === 'set' && (type === 'object' || type === 'array')) types.add(type);
  }
  const rule = 'is not supported by server-side apply or CEL validation rules';
  return [...types].sort().map((type) => `x-kubernetes-list-type: set for items of type "${type}" ${rule}`);
}
