/** What a kubelet says about a volume that it cannot mount. */
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import type { DownwardAPIVolumeFile, KeyToPath, Pod, Volume, VolumeProjection } from '../../server/kube/types.gen.ts';
import { nodePathProblem } from './runtime/files/node-paths.ts';
import { downwardFiles } from './runtime/files/projected-file.ts';
import { projectionsOf } from './runtime/files/projections.ts';
import { ConfigProblem, type References } from './runtime/files/sources.ts';
import { trustBundleProblem } from './runtime/files/trust-anchors.ts';

interface Files {
  readonly name?: string;
  readonly optional?: boolean;
  readonly items?: readonly Frozen<KeyToPath>[];
}

/** An object that is not there, or keys that it lacks: the first. */
function keysProblem(
  kind: string,
  { name = '', optional, items }: Files,
  objects: readonly (Readonly<Record<string, string>> | undefined)[] | undefined,
): string | undefined {
  if (optional) return undefined;
  if (!objects) return `${kind} "${name}" not found`;
  const missing = items?.find(({ key }) => objects.every((data) => getOwn(data, key) === undefined));
  const prefix =
    kind === 'configmap' ? 'configmap references non-existent config key' : 'references non-existent secret key';
  return missing && `${prefix}: ${missing.key}`;
}

function downwardProblem(
  items: readonly Frozen<DownwardAPIVolumeFile>[],
  pod: Frozen<Pod>,
  refs: References,
): string | undefined {
  try {
    for (const item of items) if (item.resourceFieldRef) Array.from(downwardFiles([item], pod, refs, 0));
    return undefined;
  } catch (error) {
    if (error instanceof ConfigProblem) return error.message;
    throw error;
  }
}

function sourceProblem(
  { configMap, secret, downwardAPI, clusterTrustBundle, podCertificate }: Frozen<VolumeProjection>,
  pod: Frozen<Pod>,
  refs: References,
  place: { readonly volume: string; readonly source: number },
): string | undefined {
  if (configMap) {
    const found = refs.configMap(configMap.name ?? '');
    return keysProblem('configmap', configMap as Files, found && [found.data, found.binaryData]);
  }
  if (secret) {
    const found = refs.secret(secret.name ?? '');
    return keysProblem('secret', secret as Files, found && [found.data]);
  }
  if (downwardAPI) return downwardProblem(downwardAPI.items ?? [], pod, refs);
  if (clusterTrustBundle) return trustBundleProblem(clusterTrustBundle, refs.trustBundles());
  const certificate = podCertificate && refs.certificate(place.volume, place.source, podCertificate);
  return certificate && 'problem' in certificate ? certificate.problem : undefined;
}

/** Everything that is missing for a volume that lies on the node or that the kubelet writes. */
export function volumeProblems(volume: Frozen<Volume>, pod: Frozen<Pod>, refs: References): readonly string[] {
  if (volume.hostPath) {
    const problem = nodePathProblem(volume.hostPath, () => refs.nodeFiles());
    return problem === undefined ? [] : [problem];
  }
  return projectionsOf(volume)
    .sources.map((each, source) => sourceProblem(each, pod, refs, { volume: volume.name, source }))
    .filter((problem): problem is string => problem !== undefined);
}
