/**
 * The order of subsets and of their ports. Upstream sorts both by the hash of what spew prints of the Go structs
 * (pkg/api/v1/endpoints, hashutil.DeepHashObject), so the text has to be the same to the last blank.
 */
import type { EndpointAddress, EndpointPort, EndpointSubset, ObjectReference } from '../../server/kube/types.gen.ts';
import { fnv128 } from '../lib/fnv128.ts';

const pointer = (type: string, value: string | undefined): string => `(*${type})${value ?? '<nil>'}`;

function portText({ name = '', port, protocol = '', appProtocol }: EndpointPort): string {
  const start = `{Name:(string)${name} Port:(int32)${port} Protocol:(v1.Protocol)${protocol}`;
  return `${start} AppProtocol:${pointer('string', appProtocol)}}`;
}

function referenceText(reference: ObjectReference): string {
  const {
    kind = '',
    namespace = '',
    name = '',
    uid = '',
    apiVersion = '',
    resourceVersion = '',
    fieldPath = '',
  } = reference;
  const start = `{Kind:(string)${kind} Namespace:(string)${namespace} Name:(string)${name} UID:(types.UID)${uid}`;
  const version = `APIVersion:(string)${apiVersion} ResourceVersion:(string)${resourceVersion}`;
  return `${start} ${version} FieldPath:(string)${fieldPath}}`;
}

function addressText({ ip, hostname = '', nodeName, targetRef }: EndpointAddress): string {
  const target = pointer('v1.ObjectReference', targetRef && referenceText(targetRef));
  const start = `{IP:(string)${ip} Hostname:(string)${hostname}`;
  return `${start} NodeName:${pointer('string', nodeName)} TargetRef:${target}}`;
}

function listText<T>(type: string, items: readonly T[] | undefined, text: (item: T) => string): string {
  // Lists that are left out are nil slices in Go.
  return `([]v1.${type})${items ? `[${items.map(text).join(' ')}]` : '<nil>'}`;
}

function subsetText({ addresses, notReadyAddresses, ports }: EndpointSubset): string {
  const ready = listText('EndpointAddress', addresses, addressText);
  const notReady = listText('EndpointAddress', notReadyAddresses, addressText);
  const offered = listText('EndpointPort', ports, portText);
  return `(v1.EndpointSubset){Addresses:${ready} NotReadyAddresses:${notReady} Ports:${offered}}`;
}

/** Sorts by what `text` prints, hashed once for each item. */
function sortedByHash<T>(items: readonly T[], text: (item: T) => string): T[] {
  if (items.length < 2) return [...items];
  const hashed = items.map((item) => ({ item, hash: fnv128(text(item)) }));
  return hashed.sort((a, b) => (a.hash < b.hash ? -1 : 1)).map(({ item }) => item);
}

export function sortedPorts(ports: readonly EndpointPort[]): EndpointPort[] {
  return sortedByHash(ports, (port) => `(v1.EndpointPort)${portText(port)}`);
}

export function sortedSubsets(subsets: readonly EndpointSubset[]): EndpointSubset[] {
  return sortedByHash(subsets, subsetText);
}

/** Addresses stand in the order of their IPs as text, and of their pods' uids. */
export function compareAddresses(a: EndpointAddress, b: EndpointAddress): number {
  if (a.ip !== b.ip) return a.ip < b.ip ? -1 : 1;
  const [left, right] = [a.targetRef?.uid ?? '', b.targetRef?.uid ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
}
