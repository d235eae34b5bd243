/** The versions of Kubernetes that a cluster can be of. What is older than the newest is read when it is asked for. */
import { readFileSync } from 'node:fs';
import { OptionError } from '../base/option-error.ts';
import { olderKinds } from './older-kinds.ts';
import { builtInTypes, TypeTable } from './type-table.ts';
import type { KindsFile, OlderKinds } from './type-table-format.ts';

interface Release {
  readonly minor: number;
  readonly patch: number;
}

/** Takes `1.31` and `v1.31.4` apart; without a patch it is the newest one that is known. */
export function parseVersion(text: string): { readonly minor: number; readonly patch: number | undefined } | undefined {
  const [, minor, patch] = /^v?1\.(0|[1-9]\d{0,2})(?:\.(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  if (minor === undefined) return undefined;
  return { minor: Number(minor), patch: patch === undefined ? undefined : Number(patch) };
}

function releaseOf(gitVersion: string): Release {
  const { minor = 0, patch = 0 } = parseVersion(gitVersion) ?? {};
  return { minor, patch };
}

let steps: readonly OlderKinds[] | undefined;

function olderSteps(): readonly OlderKinds[] {
  steps ??= JSON.parse(readFileSync(new URL('./older-kinds.gen.json', import.meta.url), 'utf8')) as OlderKinds[];
  return steps;
}

/** The newest patch of each minor version, the newest first: `v1.37.2`, `v1.36.3`, … */
export function kubernetesVersions(): string[] {
  return [builtInTypes().gitVersion, ...olderSteps().map(({ gitVersion }) => gitVersion)];
}

const files = new Map<number, KindsFile>();

function kindsOf(minor: number): KindsFile {
  let file = files.get(minor);
  if (!file) {
    file = builtInTypes().file;
    for (const step of olderSteps()) if (releaseOf(step.gitVersion).minor >= minor) file = olderKinds(file, step);
    files.set(minor, file);
  }
  return file;
}

const tables = new Map<string, TypeTable>();

/**
 * The table of the kinds of a version, shared by every cluster of the process that has it.
 *
 * @param version `1.31`, `v1.31.4`; the newest unless given
 * @throws Error that lists the versions that there are
 * @example
 * typesOf('1.31').gitVersion // 'v1.31.14'
 */
export function typesOf(version?: string): TypeTable {
  if (version === undefined) return builtInTypes();
  const gitVersion = resolved(version);
  if (gitVersion === builtInTypes().gitVersion) return builtInTypes();
  let table = tables.get(gitVersion);
  if (!table) {
    const { minor } = releaseOf(gitVersion);
    const isNewest = minor === releaseOf(builtInTypes().gitVersion).minor;
    const file = { ...(isNewest ? builtInTypes().file : kindsOf(minor)), gitVersion };
    table = isNewest ? new TypeTable(file) : new TypeTable(file, builtInTypes());
    tables.set(gitVersion, table);
  }
  return table;
}

function resolved(text: string): string {
  const asked = parseVersion(text);
  const known = kubernetesVersions();
  const newest = known.find((version) => releaseOf(version).minor === asked?.minor);
  if (asked && newest !== undefined && (asked.patch ?? 0) <= releaseOf(newest).patch)
    return asked.patch === undefined ? newest : `v1.${asked.minor}.${asked.patch}`;
  const all = known.map((version) => version.slice(1)).reverse();
  throw new OptionError(
    'kubernetesVersion',
    ` has to be one of ${all.join(', ')}, or an older patch of one, and is ${JSON.stringify(text)}`,
  );
}

/**
 * The table that fits a server which says its version, whoever built it: `v1.33.5-gke.1` is a 1.33. The newest for
 * versions that are not known.
 */
export function typesOfServer(gitVersion: string): TypeTable {
  const minor = /^v1\.(\d+)\./.exec(gitVersion)?.[1];
  const known = kubernetesVersions().find((version) => version.split('.')[1] === minor);
  return typesOf(known);
}
