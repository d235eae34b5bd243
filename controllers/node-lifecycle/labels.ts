import type { Frozen } from '../../server/base/freeze.ts';
import type { Node } from '../../server/kube/types.gen.ts';

/** Stable labels, and the beta ones that follow them. */
const FOLLOWERS = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
] as const;

/** Labels to change; undefined when all are as they should be. */
export function reconciledLabels({ metadata: { labels } }: Frozen<Node>): Record<string, string> | undefined {
  const changed: Record<string, string> = {};
  for (const [stable, beta] of FOLLOWERS) {
    const value = labels?.[stable];
    if (value !== undefined && labels?.[beta] !== value) changed[beta] = value;
  }
  return Object.keys(changed).length === 0 ? undefined : changed;
}
