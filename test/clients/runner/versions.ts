import { readFileSync } from 'node:fs';

function versionIn(file: string, pattern: RegExp): string {
  const version = pattern.exec(readFileSync(file, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${file} has no version for ${pattern}`);
  return version;
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** What a `go.mod` requires of a module. @example versionInGoMod('test/clients/go/helm3', 'helm.sh/helm/v3') */
export const versionInGoMod = (folder: string, module: string): string =>
  versionIn(`${folder}/go.mod`, new RegExp(`^(?:require )?\\s*${escaped(module)} (v\\S+)`, 'm'));

/** What a file for pip pins. @example versionInRequirements('test/clients/python/requirements.txt', 'kr8s') */
export const versionInRequirements = (file: string, name: string): string =>
  versionIn(file, new RegExp(`^${escaped(name)}(?:\\[.*\\])?==(\\S+)`, 'm'));

/** Of the dependency with that artifactId. @example versionInPom('test/clients/java/pom.xml', 'kubernetes-client') */
export const versionInPom = (file: string, artifact: string): string =>
  versionIn(file, new RegExp(`<artifactId>${escaped(artifact)}</artifactId>\\s*<version>([^<]+)</version>`));

/** What a `Cargo.lock` has of a crate. @example versionInCargoLock('test/clients/rust/Cargo.lock', 'kube') */
export const versionInCargoLock = (file: string, crate: string): string =>
  versionIn(file, new RegExp(`name = "${escaped(crate)}"\nversion = "([^"]+)"`));

/** What is installed of an npm package. @example versionInPackage('node_modules/@kubernetes/client-node') */
export const versionInPackage = (folder: string): string => versionIn(`${folder}/package.json`, /"version": "([^"]+)"/);
