/** The hashes that name replica sets and revisions of daemon sets: k8s.io/kubernetes/pkg/controller.ComputeHash. */
import type { Frozen } from '../../base/freeze.ts';
import type { PodTemplateSpec } from '../../kube/types.gen.ts';
import { builtInTypes, type TypeTable } from '../type-table.ts';
import { dumpStruct } from './go-dump.ts';

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** hash/fnv's New32a, continued from `hash`. */
function fnv1a(bytes: Uint8Array, hash = OFFSET): number {
  let state = hash;
  for (const byte of bytes) state = Math.imul(state ^ byte, PRIME);
  return state >>> 0;
}

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * The decimal digits of a hash in the alphabet of generated names (rand.SafeEncodeString): it spells no words.
 *
 * @example
 * safeEncode(1234567890) // '65f8c9f7dw' has the length of the number
 */
export function safeEncode(hash: number): string {
  let text = '';
  for (const digit of String(hash)) text += ALPHABET.charAt(digit.charCodeAt(0) % ALPHABET.length);
  return text;
}

/**
 * The `pod-template-hash` of a template, equal to the one that kube-controller-manager of the same version computes.
 *
 * @param collisionCount from the status of the owner: another count gives another hash
 * @param table of that version; the newest unless given
 */
export function podTemplateHash(
  template: Frozen<PodTemplateSpec>,
  collisionCount?: number,
  table: TypeTable = builtInTypes(),
): string {
  const type = table.type('io.k8s.api.core.v1.PodTemplateSpec');
  const text = `(v1.PodTemplateSpec)${dumpStruct(template as unknown as Record<string, unknown>, type)}`;
  let hash = fnv1a(Buffer.from(text));
  if (collisionCount !== undefined) {
    const bytes = new DataView(new ArrayBuffer(8));
    bytes.setUint32(0, collisionCount, true);
    hash = fnv1a(new Uint8Array(bytes.buffer), hash);
  }
  return safeEncode(hash);
}
