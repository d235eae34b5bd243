/**
 * What a controller revision of a pod template holds, and the hash that names it:
 * k8s.io/kubernetes/pkg/controller/history and the getPatch of stateful sets and daemon sets.
 */
import type { Frozen } from '../../base/freeze.ts';
import type { PodTemplateSpec } from '../../kube/types.gen.ts';
import { safeEncode } from './pod-template-hash.ts';

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** hash/fnv's New32. Unlike the hash of a template it multiplies first. */
function fnv1(bytes: Uint8Array): number {
  let state = OFFSET;
  for (const byte of bytes) state = Math.imul(state, PRIME) ^ byte;
  return state >>> 0;
}

/** Go's encoder keeps texts safe for HTML. */
const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

const goString = (text: string): string =>
  JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (character) => ESCAPES[character] ?? character);

/** JSON as encoding/json prints what it read into maps: with sorted keys, which JavaScript denies those of digits. */
function goJson(value: unknown): string {
  if (typeof value === 'string') return goString(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  const fields = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(fields).sort();
  return `{${names.map((name) => `${goString(name)}:${goJson(fields[name])}`).join(',')}}`;
}

/**
 * The `data` of a controller revision, to the byte: a strategic merge patch that brings the template back.
 *
 * @param template as the API server answers it
 */
export function templatePatch(template: Frozen<PodTemplateSpec>): string {
  return goJson({ spec: { template: { ...template, $patch: 'replace' } } });
}

/**
 * The hash that names the revision of a stateful set (HashControllerRevision).
 *
 * @param data the text of the revision's `data`
 * @param collisionCount how often a name was taken; the controller of stateful sets always says a number
 */
export function revisionHash(data: string, collisionCount: number): string {
  return safeEncode(fnv1(Buffer.from(`${data}${collisionCount}`)));
}
