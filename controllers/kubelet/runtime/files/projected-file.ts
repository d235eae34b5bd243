/** Files that config maps, secrets and pods give: the MakePayload and CollectData of k8s.io/kubernetes/pkg/volume. */
import { type Frozen, getOwn } from '../../../../server/base/freeze.ts';
import type { ConfigMap, DownwardAPIVolumeFile, KeyToPath, Pod, Secret } from '../../../../server/kube/types.gen.ts';
import { resourceFile } from './container-resources.ts';
import { podField } from './pod-fields.ts';
import type { References } from './sources.ts';

/** One file of a volume that a kubelet writes. */
export interface ProjectedFile {
  readonly data: Buffer;
  readonly mode: number;
  /** Root unless given. */
  readonly uid?: number;
}

/** Files by their path in the volume. */
export type ProjectedFiles = ReadonlyMap<string, ProjectedFile>;

export const DEFAULT_MODE = 0o644;

type Items = readonly Frozen<KeyToPath>[] | undefined;

/** A key of an object as bytes. */
export type ReadKey = (key: string) => Buffer | undefined;

const BASE64 = 'base64';

/** Whether an object has a key, and what it holds. */
export function configMapKey({ data, binaryData }: Frozen<ConfigMap>): ReadKey {
  return (key) => {
    const text = getOwn(data, key);
    if (text !== undefined) return Buffer.from(text);
    const base64 = getOwn(binaryData, key);
    return base64 === undefined ? undefined : Buffer.from(base64, BASE64);
  };
}

export function secretKey({ data }: Frozen<Secret>): ReadKey {
  return (key) => {
    const base64 = getOwn(data, key);
    return base64 === undefined ? undefined : Buffer.from(base64, BASE64);
  };
}

function* chosen(
  keys: Iterable<string>,
  read: ReadKey,
  items: Items,
  defaultMode: number,
): Iterable<[string, ProjectedFile]> {
  const wanted: Iterable<{ key: string; path: string; mode?: number }> =
    items && items.length > 0 ? items : [...keys].map((key) => ({ key, path: key }));
  for (const { key, path, mode = defaultMode } of wanted) {
    const data = read(key);
    if (data) yield [path, { data, mode }];
  }
}

/** All keys, or those that are chosen. Keys that it lacks are left out: whether they may be missing is asked before. */
export const configMapFiles = (
  map: Frozen<ConfigMap>,
  items: Items,
  defaultMode: number,
): Iterable<[string, ProjectedFile]> =>
  chosen(
    new Set([...Object.keys(map.data ?? {}), ...Object.keys(map.binaryData ?? {})]),
    configMapKey(map),
    items,
    defaultMode,
  );

export const secretFiles = (
  secret: Frozen<Secret>,
  items: Items,
  defaultMode: number,
): Iterable<[string, ProjectedFile]> => chosen(Object.keys(secret.data ?? {}), secretKey(secret), items, defaultMode);

/** The path of a file as the file system has it. */
const cleaned = (path: string): string =>
  path
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .join('/');

/** @throws ConfigProblem */
export function* downwardFiles(
  items: readonly Frozen<DownwardAPIVolumeFile>[],
  pod: Frozen<Pod>,
  sources: Pick<References, 'node'>,
  defaultMode: number,
): Iterable<[string, ProjectedFile]> {
  for (const { path, fieldRef, resourceFieldRef, mode = defaultMode } of items) {
    let text = '';
    if (fieldRef) text = podField(pod, fieldRef.fieldPath);
    else if (resourceFieldRef) text = resourceFile(pod, resourceFieldRef, sources.node());
    yield [cleaned(path), { data: Buffer.from(text), mode }];
  }
}
