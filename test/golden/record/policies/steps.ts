import type { Step } from '../../../support/exchanges.ts';

/** A request, and how long the real server takes afterwards until it goes by what was said: policies, a second. */
export interface PolicyStep extends Step {
  readonly pauseMs?: number;
}

export const REGISTRATION = '/apis/admissionregistration.k8s.io/v1';

/** Of policies only what expressions can do is of interest, and the answers of others are long. */
const QUIET = { without: ['spec', 'metadata', 'status'] };

export type Kind = 'validating' | 'mutating';

/** Rules for the config maps of the namespace of the script. */
export const CONFIG_MAPS = {
  resourceRules: [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
  ],
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': '$NS' } },
};

/** Makes a policy and a binding of the same name. */
export function bound(kind: Kind, name: string, spec: object, binding: object): PolicyStep[] {
  const metadata = { name: `$NS-${name}` };
  const policy = { matchConstraints: CONFIG_MAPS, ...spec };
  return [
    { method: 'POST', path: `${REGISTRATION}/${kind}admissionpolicies`, body: { metadata, spec: policy }, ...QUIET },
    bindingOf(kind, name, name, binding),
  ];
}

/** Makes a binding. */
export function bindingOf(kind: Kind, name: string, policy: string, binding: object): PolicyStep {
  const body = { metadata: { name: `$NS-${name}` }, spec: { policyName: `$NS-${policy}`, ...binding } };
  return { method: 'POST', path: `${REGISTRATION}/${kind}admissionpolicybindings`, body, ...QUIET };
}

/** Makes policies, and waits until they work. */
export function begin(...steps: readonly PolicyStep[][]): PolicyStep[] {
  const all = steps.flat();
  return all.map((step, i) => (i === all.length - 1 ? { ...step, pauseMs: 4000 } : step));
}

/** Takes policies and their bindings away, and waits until they are forgotten. */
export function unbound(kind: Kind, ...names: readonly string[]): PolicyStep[] {
  return names.flatMap((name): PolicyStep[] => [
    { method: 'DELETE', path: `${REGISTRATION}/${kind}admissionpolicybindings/$NS-${name}`, without: ['details'] },
    { method: 'DELETE', path: `${REGISTRATION}/${kind}admissionpolicies/$NS-${name}`, without: ['details'] },
  ]);
}

export const map = (name: string, data: object = {}, metadata: object = {}): object => ({
  metadata: { name, ...metadata },
  data,
});
