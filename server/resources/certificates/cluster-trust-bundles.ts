import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, immutable, invalid, tooLong } from '../../kube/field-problem.ts';
import { dnsSubdomainProblems } from '../../kube/names.ts';
import { certificateOf, type PemBlock, pemBlocks } from '../../kube/pem.ts';
import type { ClusterTrustBundle } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { signerNameProblems } from '../shared/signer-names.ts';

const MAX_BYTES = 1024 * 1024;
const BUNDLE = 'spec.trustBundle';

function validate({ metadata, spec }: Frozen<ClusterTrustBundle>, old?: Frozen<ClusterTrustBundle>): FieldProblem[] {
  const { signerName = '', trustBundle } = spec;
  const { name = '' } = metadata;
  const problems = bundleNameProblems(name, signerName).map((detail) => invalid('metadata.name', name, detail));
  if (signerName !== '') problems.push(...signerNameProblems('spec.signerName', signerName));
  if (trustBundle !== old?.spec.trustBundle) problems.push(...bundleProblems(trustBundle));
  if (old && signerName !== (old.spec.signerName ?? '')) problems.push(immutable('spec.signerName', signerName));
  return problems;
}

/** Bundles of a signer begin with its name. */
function bundleNameProblems(name: string, signerName: string): string[] {
  if (signerName === '') {
    if (name.includes(':')) return ['ClusterTrustBundle without signer name must not have ":" in its name'];
    return dnsSubdomainProblems(name);
  }
  const prefix = `${signerName.replaceAll('/', ':')}:`;
  if (name.startsWith(prefix)) return dnsSubdomainProblems(name.slice(prefix.length));
  return [`ClusterTrustBundle for signerName ${signerName} must be named with prefix ${prefix}`];
}

function blockFault(block: PemBlock): string | undefined {
  if (block.type !== 'CERTIFICATE') return `has bad block type: ${block.type}`;
  if (block.hasHeaders) return 'has PEM block headers';
  const certificate = certificateOf(block);
  if (!certificate) return 'does not parse as X.509';
  return certificate.ca ? undefined : 'does not have the CA bit set';
}

function bundleProblems(bundle: string): FieldProblem[] {
  if (bundle.length > MAX_BYTES) return [tooLong(BUNDLE, MAX_BYTES)];
  const blocks = pemBlocks(bundle);
  const refuse = (detail: string): FieldProblem => invalid(BUNDLE, '<value omitted>', detail);
  const problems = blocks.flatMap((block, i) => {
    const fault = blockFault(block);
    return fault === undefined ? [] : [refuse(`entry ${i} ${fault}`)];
  });
  if (problems.length > 0) return problems;
  if (blocks.length === 0) return [refuse('at least one trust anchor must be provided')];
  const places = new Map<string, number[]>();
  for (const [i, { der }] of blocks.entries()) {
    const key = der.toString('base64');
    places.set(key, [...(places.get(key) ?? []), i]);
  }
  const repeated = [...places.values()].filter((indices) => indices.length > 1);
  return repeated.map((indices) => refuse(`duplicate trust anchor (indices [${indices.join(' ')}])`));
}

export const definition: ResourceDefinition<ClusterTrustBundle> = {
  resource: 'clustertrustbundles.certificates.k8s.io',
  rechecksGenerateName: true,
  // The rule depends on the signer: `validate` has it.
  nameProblems: () => [],
  requiresResourceVersion: true,
  validate,
  selectsNoNamespace: true,
  selectableFields: { 'spec.signerName': ({ spec }) => spec.signerName ?? '' },
  cells: ({ metadata, spec }) => [metadata.name, spec.signerName || '<none>'],
};
