/** Trust anchors of ClusterTrustBundles: k8s.io/kubernetes/pkg/kubelet/clustertrustbundle. */
import type { Frozen } from '../../../../server/base/freeze.ts';
import { type LabelSelectorObject, selectorFromObject, selectorMatches } from '../../../../server/kube/labels.ts';
import { pemBlocks } from '../../../../server/kube/pem.ts';
import type { ClusterTrustBundle, ClusterTrustBundleProjection } from '../../../../server/kube/types.gen.ts';

type Bundle = Frozen<ClusterTrustBundle>;

/** The bundles that a projection means: the one that it names, or those of a signer that it selects. */
export function chosenBundles(
  { name, signerName, labelSelector }: Frozen<ClusterTrustBundleProjection>,
  all: readonly Bundle[],
): readonly Bundle[] {
  if (name !== undefined) return all.filter(({ metadata }) => metadata.name === name);
  // No selector selects nothing, an empty one everything.
  if (signerName === undefined || !labelSelector) return [];
  const selector = selectorFromObject(labelSelector as LabelSelectorObject);
  return all.filter(
    ({ metadata, spec }) => spec.signerName === signerName && selectorMatches(selector, metadata.labels),
  );
}

/** Why a projection cannot be made. */
export function trustBundleProblem(
  projection: Frozen<ClusterTrustBundleProjection>,
  all: readonly Bundle[],
): string | undefined {
  const { name, optional } = projection;
  if (optional || chosenBundles(projection, all).length > 0) return undefined;
  if (name === undefined) return 'combination of signerName and labelSelector matched zero ClusterTrustBundles';
  return `while getting ClusterTrustBundle: clustertrustbundle.certificates.k8s.io "${name}" not found`;
}

/** Every certificate once, as PEM. */
export function trustAnchors(bundles: readonly Bundle[]): Buffer {
  const bodies = bundles.flatMap(({ spec }) => pemBlocks(spec.trustBundle).map(({ der }) => der.toString('base64')));
  const texts = [...new Set(bodies)].sort().map((body) => {
    const lines = body.match(/.{1,64}/g) ?? [];
    return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
  });
  return Buffer.from(texts.join(''));
}
