/**
 * CustomResourceDefinitions as kube-apiserver keeps them: it writes them in v1beta1, where what all versions have in
 * common stands once.
 */

type Fields = Readonly<Record<string, unknown>>;

/** What versions have each in v1, under the names of v1beta1. */
const COMMON = {
  validation: 'schema',
  subresources: 'subresources',
  additionalPrinterColumns: 'additionalPrinterColumns',
  selectableFields: 'selectableFields',
} as const;

/** The same definition in v1; what is in v1 already stays as it is. */
export function currentDefinition(definition: Fields): Fields {
  if (definition.apiVersion !== 'apiextensions.k8s.io/v1beta1') return definition;
  const spec = (definition.spec ?? {}) as Fields;
  return { ...definition, apiVersion: 'apiextensions.k8s.io/v1', spec: currentSpec(spec) };
}

function currentSpec({ version, versions, conversion, ...spec }: Fields): Fields {
  const rest: Record<string, unknown> = { ...spec };
  const common: Record<string, unknown> = {};
  for (const [name, ofVersion] of Object.entries(COMMON)) {
    if (rest[name] !== undefined) common[ofVersion] = rest[name];
    delete rest[name];
  }
  const given = (versions as Fields[] | undefined) ?? [];
  const named = given.length > 0 ? given : [{ name: version, served: true, storage: true }];
  return {
    ...rest,
    versions: named.map((one) => currentColumns({ ...one, ...common })),
    ...(conversion !== undefined && { conversion: currentConversion(conversion as Fields) }),
  };
}

function currentColumns({ additionalPrinterColumns: columns, ...version }: Fields): Fields {
  if (!Array.isArray(columns)) return version;
  const current = (columns as Fields[]).map(({ JSONPath, ...column }) => ({ ...column, jsonPath: JSONPath }));
  return { ...version, additionalPrinterColumns: current };
}

function currentConversion({ webhookClientConfig, conversionReviewVersions, ...conversion }: Fields): Fields {
  if (webhookClientConfig === undefined) return conversion;
  return { ...conversion, webhook: { clientConfig: webhookClientConfig, conversionReviewVersions } };
}
