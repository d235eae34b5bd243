/** What a kubelet reads to make the environment and the files of a pod. */
import type { Frozen } from '../../../../server/base/freeze.ts';
import type {
  ClusterTrustBundle,
  ConfigMap,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodCertificateProjection,
  Secret,
  Service,
} from '../../../../server/kube/types.gen.ts';
import type { FileTree } from '../machine/file-tree.ts';
import type { ImageDirectory } from '../machine/inode.ts';

/** PEM of a key and of the certificates for it, the pod's own first. */
export interface CertificateAndKey {
  readonly key: string;
  readonly chain: string;
}

/** What a source of kind `podCertificate` shows, or why there is nothing. */
export type MountedCertificate = CertificateAndKey | { readonly problem: string };

/** Reads what a pod refers to, as it is now: objects of its namespace, and those that have none. */
export interface References {
  configMap(name: string): Frozen<ConfigMap> | undefined;
  secret(name: string): Frozen<Secret> | undefined;
  claim(name: string): Frozen<PersistentVolumeClaim> | undefined;
  persistentVolume(name: string): Frozen<PersistentVolume> | undefined;
  /** @param source which one of the volume's it is */
  certificate(volume: string, source: number, wanted: Frozen<PodCertificateProjection>): MountedCertificate;
  trustBundles(): readonly Frozen<ClusterTrustBundle>[];
  node(): Frozen<Node> | undefined;
  /** The files of the node that the pod runs on. */
  nodeFiles(): FileTree;
}

/** What a token is asked for. */
export interface TokenWish {
  /** That of the API server unless given. */
  readonly audience?: string;
  readonly expirationSeconds: number;
}

/** A token of a service account, bound to a pod. */
export interface IssuedToken {
  readonly token: string;
  readonly expiresMs: number;
}

/** Reads everything that a container finds in itself. */
export interface PodSources extends References {
  /** The pod as it is now; undefined when it is gone. */
  pod(): Frozen<Pod> | undefined;
  /** The addresses of the pod, which its status may not tell yet. */
  podIPs(): readonly string[];
  /** The files of an image, as far as they are known. */
  imageFiles(image: string): ImageDirectory | undefined;
  services(namespace: string): readonly Frozen<Service>[];
  /** @throws ApiError */
  token(wish: TokenWish): Promise<IssuedToken>;
}

/** A token that a volume needs cannot be had: what the API server says. */
export class TokenRefused extends Error {
  readonly volume: string;

  constructor(volume: string, error: Error) {
    super(`failed to fetch token: ${error.message}`);
    this.volume = volume;
  }
}

/** Why a container cannot be made: CreateContainerConfigError, in the kubelet's words. */
export class ConfigProblem extends Error {}
