import { resolve } from 'node:path';
import type { RunningCluster } from '../index.ts';
import { writeWithMode } from './written-file.ts';

/** `FILE` or `FILE=URL`. */
function parse(text: string): { file: string; url: string | undefined } {
  const at = text.search(/=https?:\/\//i);
  return at < 0 ? { file: text, url: undefined } : { file: text.slice(0, at), url: text.slice(at + 1) };
}

/** Names and addresses in the URLs of `--kubeconfig`: clients must find them in the certificate. */
export function kubeconfigNames(kubeconfigs: readonly string[]): string[] {
  return kubeconfigs.flatMap((text) => {
    const { url } = parse(text);
    return url !== undefined && URL.canParse(url) ? [new URL(url).hostname.replace(/^\[|\]$/g, '')] : [];
  });
}

/** A URL without a port means the port that is served. */
function withPort(url: string, cluster: RunningCluster): string {
  return /:\d+\/?$/.test(url) ? url : `${url.replace(/\/$/, '')}:${new URL(cluster.url).port}`;
}

/**
 * Writes a kubeconfig for each `FILE` or `FILE=URL`.
 *
 * @returns their absolute paths
 * @throws Error that names the flag when one cannot be written
 */
export function writeKubeconfigs(cluster: RunningCluster, kubeconfigs: readonly string[], mode: number): string[] {
  return kubeconfigs.map((text) => {
    const { file, url } = parse(text);
    const path = resolve(file);
    const content = cluster.kubeconfig(url === undefined ? {} : { server: withPort(url, cluster) });
    try {
      writeWithMode(path, content, mode);
    } catch (error) {
      throw new Error(
        `the kubeconfig cannot be written, choose another file with --kubeconfig: ${(error as Error).message}`,
      );
    }
    return path;
  });
}
