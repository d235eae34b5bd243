/** What OpenAPI publishes of a custom resource. */

import type { JsonSchema } from '../../schema/custom/structural-schema.ts';
import type { PublishedKind } from '../../schema/openapi/custom-publication.ts';
import type { CustomKind } from './custom-kind.ts';

/** Names of a definition and its versions change together with this. */
const sources = new WeakMap<object, Map<string, object>>();

function sourceOf(spec: object, names: object, version: string): object {
  let known = sources.get(spec);
  if (!known) {
    known = new Map();
    sources.set(spec, known);
  }
  const key = `${version} ${JSON.stringify(names)}`;
  const source = known.get(key) ?? {};
  known.set(key, source);
  return source;
}

/** The served versions of a resource. */
export function publishedKinds({ definition, versions }: CustomKind): PublishedKind[] {
  const { spec, status } = definition;
  return versions.map(({ version, served: { info } }) => ({
    info,
    source: sourceOf(spec, status.acceptedNames, version.name),
    published: {
      group: info.group,
      version: info.version,
      kind: info.kind,
      listKind: info.listKind ?? `${info.kind}List`,
      plural: info.resource,
      get schema() {
        return version.schema?.openAPIV3Schema as JsonSchema | undefined;
      },
      preserveUnknownFields: spec.preserveUnknownFields ?? false,
      selectableFields: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath),
    },
  }));
}
