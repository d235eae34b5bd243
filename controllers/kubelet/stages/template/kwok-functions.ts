/** What kwok adds to templates of Stages: https://kwok.sigs.k8s.io/docs/user/go-template/ */

import type { Clock } from '../../../../server/base/clock.ts';
import { yamlText } from '../../yaml-text.ts';
import type { Functions } from './execute.ts';
import { printed, type Value } from './values.ts';

/** The conditions of a node that is well. */
const NODE_CONDITIONS = [
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['NetworkUnavailable', 'False', 'RouteCreated', 'RouteController created a route'],
].map(([type, status, reason, message]) => ({ type, status, reason, message }));

/** Addresses by the names of nodes. */
export interface StageAddresses {
  nodeIps(node: string): readonly string[];
  podIps(node: string, isHostNetwork: boolean, uid: string): readonly string[];
}

const textOf = (value: Value): string => (value === undefined || value === null ? '' : printed(value));

function quote(value: Value): string {
  const json = JSON.stringify(value ?? null);
  return json.startsWith('"') ? json : JSON.stringify(json);
}

function yaml(value: Value, indent: Value = 0): string {
  const text = yamlText(value ?? null);
  const pad = ' '.repeat(Number(indent) * 2);
  return pad === '' ? text : `\n${text}`.replaceAll('\n', `\n${pad}`);
}

export function kwokFunctions(clock: Clock, startedMs: number, addresses: StageAddresses): Functions {
  const nodeIps = (node: Value): readonly string[] => addresses.nodeIps(textOf(node));
  const podIps = (node: Value, isHostNetwork: Value, uid: Value): readonly string[] =>
    addresses.podIps(textOf(node), isHostNetwork === true, textOf(uid));
  return {
    Quote: quote,
    Now: () => new Date(clock.now()).toISOString(),
    now: () => new Date(clock.now()).toISOString(),
    StartTime: () => new Date(startedMs).toISOString(),
    YAML: yaml,
    Version: () => 'fauxkube',
    NodeConditions: () => NODE_CONDITIONS,
    NodeIP: () => nodeIps('')[0] ?? '',
    NodeName: () => '',
    NodePort: () => 10_250,
    NodeIPWith: (node) => nodeIps(node)[0] ?? '',
    NodeIPsWith: nodeIps,
    PodIP: () => '',
    PodIPWith: (node, isHostNetwork, uid) => podIps(node, isHostNetwork, uid)[0] ?? '',
    PodIPsWith: podIps,
  };
}
