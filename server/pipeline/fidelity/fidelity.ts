/** How faithfully each verb of each kind is served: what `npm run fidelity` found out, read when first asked for. */
import { readFileSync } from 'node:fs';
import type { ResourceInfo } from '../../schema/type-table.ts';

/**
 * `exact`: compared with the real server in a test that ran, and equal. `approximate`: served, but not compared, or
 * with a known difference. `absent`: answers 501.
 */
export type Fidelity = 'exact' | 'approximate' | 'absent';

/** In the order of docs/fidelity.md. */
export const FIDELITY_VERBS = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'apply',
  'delete',
  'deletecollection',
] as const;

/** Verbs by kind: `apps/v1/deployments/status` → `get update patch`. What stands nowhere is approximate. */
export interface FidelityFile {
  readonly kubernetesVersion: string;
  readonly exact: Readonly<Record<string, string>>;
  readonly absent: Readonly<Record<string, string>>;
}

/** Subresources that hand a connection on instead of changing an object: nothing can be applied to them. */
const CONNECTIONS = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/**
 * @example
 * fidelityId(deployments, 'scale') // 'apps/v1/deployments/scale'
 */
export function fidelityId({ group, version, resource }: ResourceInfo, subresource: string): string {
  const whole = group === '' ? `${version}/${resource}` : `${group}/${version}/${resource}`;
  return subresource === '' ? whole : `${whole}/${subresource}`;
}

/** The verbs of a resource or of a subresource of it; `apply` is a verb of its own. None where there is no such one. */
export function fidelityVerbs(info: ResourceInfo, subresource: string): readonly string[] {
  const served = subresource === '' ? info.verbs : (info.subresources.get(subresource)?.verbs ?? []);
  const has = (verb: string): boolean =>
    verb === 'apply' ? served.includes('patch') && !CONNECTIONS.has(subresource) : served.includes(verb);
  return FIDELITY_VERBS.filter(has);
}

let file: FidelityFile | undefined;

/** @param id as {@link fidelityId} makes it */
export function fidelityOf(id: string, verb: string): Fidelity {
  file ??= JSON.parse(readFileSync(new URL('./fidelity.gen.json', import.meta.url), 'utf8')) as FidelityFile;
  const has = (verbs: string | undefined): boolean => verbs?.split(' ').includes(verb) ?? false;
  return has(file.absent[id]) ? 'absent' : has(file.exact[id]) ? 'exact' : 'approximate';
}

/**
 * Resources whose answers differ from the real server's in nothing but time: what stands there at once comes a moment
 * later there, so that clients have to wait for it anyway.
 */
const ONLY_SOONER = /^apiextensions\.k8s\.io\/v1\/customresourcedefinitions(\/|$)/;

/** Whether a client could rely on something that a real server does not do. @param id as {@link fidelityId} makes it */
export function isRisky(id: string, verb: string): boolean {
  return fidelityOf(id, verb) === 'approximate' && !ONLY_SOONER.test(id);
}
