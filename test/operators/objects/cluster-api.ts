import { type Operator, samplesLike } from '../operator.ts';

const V1BETA2 = 'cluster.x-k8s.io/v1beta2';
const reference = (kind: string): object => ({ apiGroup: 'infrastructure.example.com', kind, name: 'shop' });

const cluster = {
  apiVersion: V1BETA2,
  kind: 'Cluster',
  metadata: { name: 'shop' },
  spec: {
    clusterNetwork: { pods: { cidrBlocks: ['192.168.0.0/16'] }, serviceDomain: 'cluster.local' },
    infrastructureRef: reference('ExampleCluster'),
    controlPlaneRef: reference('ExampleControlPlane'),
  },
};

const machine = {
  apiVersion: V1BETA2,
  kind: 'Machine',
  metadata: { name: 'shop-1' },
  spec: {
    clusterName: 'shop',
    bootstrap: { dataSecretName: 'boot' },
    infrastructureRef: reference('ExampleMachine'),
  },
};

const drainRule = {
  apiVersion: V1BETA2,
  kind: 'MachineDrainRule',
  metadata: { name: 'skip' },
  spec: { drain: { behavior: 'Drain', order: 1 }, machines: [{ selector: { matchLabels: { a: 'b' } } }] },
};

const healthCheck = {
  apiVersion: V1BETA2,
  kind: 'MachineHealthCheck',
  metadata: { name: 'nodes' },
  spec: {
    clusterName: 'shop',
    selector: { matchLabels: { nodepool: 'a' } },
    checks: { unhealthyNodeConditions: [{ type: 'Ready', status: 'Unknown', timeoutSeconds: 300 }] },
    remediation: { triggerIf: { unhealthyLessThanOrEqualTo: '40%' } },
  },
};

const taint = { key: 'dedicated', effect: 'NoSchedule', propagation: 'Always' };

/** Makes clusters of machines. */
export const clusterApi: Operator = {
  name: 'cluster-api',
  module: 'sigs.k8s.io/cluster-api',
  definitions: ['core/config/crd/bases', 'bootstrap/kubeadm/config/crd/bases', 'controlplane/kubeadm/config/crd/bases'],
  samples: [],
  objects: [
    ...samplesLike(
      cluster,
      {
        'of an older version': { apiVersion: 'cluster.x-k8s.io/v1beta1', spec: null },
        'with an empty network': { spec: { clusterNetwork: { pods: null, serviceDomain: null } } },
        'whose infrastructure has no kind': { spec: { infrastructureRef: { kind: null } } },
        'whose control plane has an odd name': { spec: { controlPlaneRef: { name: 'Shop!' } } },
        'with an odd polarity': { spec: { availabilityGates: [{ conditionType: 'A', polarity: 'Neutral' }] } },
        'with gates of one type': { spec: { availabilityGates: [{ conditionType: 'A' }, { conditionType: 'A' }] } },
        'that is paused perhaps': { spec: { paused: 'perhaps' } },
        'whose topology has no version': { spec: { topology: { classRef: { name: 'c' } } } },
        'whose topology is checked for the wrong condition': {
          spec: {
            topology: {
              classRef: { name: 'c' },
              version: 'v1.30.0',
              controlPlane: {
                healthCheck: {
                  checks: { unhealthyMachineConditions: [{ type: 'Ready', status: 'False', timeoutSeconds: 1 }] },
                },
              },
            },
          },
        },
        'with variables of any value': {
          spec: {
            topology: {
              classRef: { name: 'c' },
              version: 'v1.30.0',
              variables: [
                { name: 'a', value: { deep: [1] } },
                { name: 'b', value: 'text' },
              ],
            },
          },
        },
      },
      { 'gets a number for a port': { spec: { controlPlaneEndpoint: { host: 'h', port: 'https' } } } },
    ),
    ...samplesLike(machine, {
      'without a cluster': { spec: { clusterName: null } },
      'with too long a name of its cluster': { spec: { clusterName: 'x'.repeat(64) } },
      'without anything': { spec: null },
      'with an empty deletion': { spec: { deletion: {} } },
      'with a taint': { spec: { taints: [taint] } },
      'with a taint twice': { spec: { taints: [taint, taint] } },
      'with an odd taint': { spec: { taints: [{ ...taint, effect: 'Never', key: '-' }] } },
      'with a number that is too large': { spec: { minReadySeconds: 2 ** 40 } },
      'with odd owners': { metadata: { ownerReferences: [{ kind: 'Cluster' }] } },
    }),
    ...samplesLike(drainRule, {
      'with machines twice': { spec: { machines: [{ selector: {} }, { selector: {} }] } },
      'with an odd behavior': { spec: { drain: { behavior: 'Wait' } } },
      'without machines': { spec: { machines: [] } },
    }),
    ...samplesLike(healthCheck, {
      'without checks': { spec: { checks: {} } },
      'with an odd range': { spec: { remediation: { triggerIf: { unhealthyInRange: '1-2' } } } },
      'with a limit that is a number': { spec: { remediation: { triggerIf: { unhealthyLessThanOrEqualTo: 3 } } } },
      'with a limit that is true': { spec: { remediation: { triggerIf: { unhealthyLessThanOrEqualTo: true } } } },
      'for a condition that is reserved': {
        spec: { checks: { unhealthyMachineConditions: [{ type: 'Available', status: 'Maybe', timeoutSeconds: 1 }] } },
      },
    }),
  ],
};
