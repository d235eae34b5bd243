/** What the volumes show that a kubelet writes: config maps, secrets, facts about the pod, tokens, trust anchors. */
import type { Frozen } from '../../../../server/base/freeze.ts';
import type { Pod, PodCertificateProjection, Volume, VolumeProjection } from '../../../../server/kube/types.gen.ts';
import type { Projection } from './atomic-tree.ts';
import { commonUser } from './ownership.ts';
import {
  configMapFiles,
  DEFAULT_MODE,
  downwardFiles,
  type ProjectedFile,
  type ProjectedFiles,
  secretFiles,
} from './projected-file.ts';
import type { CertificateAndKey, PodSources } from './sources.ts';
import type { TokenFiles } from './token-files.ts';
import { chosenBundles, trustAnchors } from './trust-anchors.ts';

/** What a volume is made from. */
export interface ProjectionSources {
  readonly pod: Frozen<Pod>;
  readonly sources: PodSources;
  readonly tokens: TokenFiles;
  /** Whether a volume cannot be made now. */
  readonly isMissing: (volume: Frozen<Volume>) => boolean;
}

/** A volume as a list of sources: only projected ones have several. */
export function projectionsOf({ configMap, secret, downwardAPI, projected }: Frozen<Volume>): {
  readonly sources: readonly Frozen<VolumeProjection>[];
  readonly mode: number;
} {
  if (configMap) return { sources: [{ configMap }], mode: configMap.defaultMode ?? DEFAULT_MODE };
  if (downwardAPI) return { sources: [{ downwardAPI }], mode: downwardAPI.defaultMode ?? DEFAULT_MODE };
  if (projected) return { sources: projected.sources ?? [], mode: projected.defaultMode ?? DEFAULT_MODE };
  if (!secret) return { sources: [], mode: DEFAULT_MODE };
  // Here the name has another name.
  const { secretName = '', ...rest } = secret;
  return { sources: [{ secret: { ...rest, name: secretName } }], mode: secret.defaultMode ?? DEFAULT_MODE };
}

/** The content of a volume that a kubelet writes. */
export class VolumeProjections implements Projection {
  readonly #volume: Frozen<Volume>;
  readonly #from: ProjectionSources;
  /** The last one that was seen: one that is gone already tells no more. */
  #pod: Frozen<Pod>;

  constructor(volume: Frozen<Volume>, from: ProjectionSources) {
    this.#volume = volume;
    this.#from = from;
    this.#pod = from.pod;
  }

  inputs(): readonly unknown[] {
    const { sources, tokens } = this.#from;
    return projectionsOf(this.#volume).sources.flatMap((source, index): unknown[] => {
      const { configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = source;
      if (configMap) return [sources.configMap(configMap.name ?? '')];
      if (secret) return [sources.secret(secret.name ?? '')];
      if (downwardAPI) return [this.#latest(), sources.node()?.status.allocatable];
      if (serviceAccountToken) return [tokens.current(serviceAccountToken)];
      if (podCertificate) return [sources.certificate(this.#volume.name, index, podCertificate)];
      return clusterTrustBundle ? [...chosenBundles(clusterTrustBundle, sources.trustBundles())] : [];
    });
  }

  #latest(): Frozen<Pod> {
    const now = this.#from.sources.pod();
    if (now && now.metadata.uid === this.#pod.metadata.uid) this.#pod = now;
    return this.#pod;
  }

  files(): ProjectedFiles | undefined {
    if (this.#from.isMissing(this.#volume)) return undefined;
    const { sources, mode } = projectionsOf(this.#volume);
    return new Map(sources.flatMap((source, index) => [...this.#filesOf(source, index, mode)]));
  }

  #filesOf(source: Frozen<VolumeProjection>, index: number, mode: number): Iterable<[string, ProjectedFile]> {
    const { sources, tokens, pod } = this.#from;
    const { configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = source;
    if (configMap) {
      const found = sources.configMap(configMap.name ?? '');
      return found ? configMapFiles(found, configMap.items, mode) : [];
    }
    if (secret) {
      const found = sources.secret(secret.name ?? '');
      return found ? secretFiles(found, secret.items, mode) : [];
    }
    if (downwardAPI) return downwardFiles(downwardAPI.items ?? [], this.#pod, sources, mode);
    if (serviceAccountToken) {
      const held = tokens.current(serviceAccountToken);
      return held ? [[serviceAccountToken.path, privately(Buffer.from(held.token), pod, mode)]] : [];
    }
    if (podCertificate) {
      const found = sources.certificate(this.#volume.name, index, podCertificate);
      return 'problem' in found ? [] : certificateFiles(podCertificate, found, pod, mode);
    }
    if (!clusterTrustBundle) return [];
    const data = trustAnchors(chosenBundles(clusterTrustBundle, sources.trustBundles()));
    return [[clusterTrustBundle.path, privately(data, pod, mode)]];
  }
}

function certificateFiles(
  { credentialBundlePath = '', keyPath = '', certificateChainPath = '' }: Frozen<PodCertificateProjection>,
  { key, chain }: CertificateAndKey,
  pod: Frozen<Pod>,
  mode: number,
): [string, ProjectedFile][] {
  const files: [string, string][] = [
    [credentialBundlePath, key + chain],
    [keyPath, key],
    [certificateChainPath, chain],
  ];
  return files.filter(([path]) => path !== '').map(([path, text]) => [path, privately(Buffer.from(text), pod, mode)]);
}

/** Belongs to the user of the containers, if they share one; the group that may read it comes with the volume. */
function privately(data: Buffer, pod: Frozen<Pod>, mode: number): ProjectedFile {
  const uid = commonUser(pod);
  const isPrivate = uid !== undefined || pod.spec.securityContext?.fsGroup !== undefined;
  return { data, mode: isPrivate ? 0o600 : mode, ...(uid !== undefined && { uid }) };
}
