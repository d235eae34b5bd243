/** Parts that samples of several kinds have. */
import { SAMPLES } from '../../fuzz/objects/index.ts';
import type { Fields } from '../merge-patched.ts';

export const POD_SPEC = {
  containers: [
    {
      name: 'web',
      image: 'nginx:1.28',
      ports: [{ name: 'http', containerPort: 8080 }],
      env: [
        { name: 'MODE', value: 'fast' },
        { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      ],
      resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '32Mi' } },
      readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 5 },
      volumeMounts: [{ name: 'data', mountPath: '/data' }],
    },
  ],
  volumes: [
    { name: 'data', emptyDir: {} },
    { name: 'settings', configMap: { name: 'shop', optional: true } },
  ],
  automountServiceAccountToken: false,
  schedulerName: 'nobody',
};

/** A pod that a scheduler leaves alone. */
export const QUIET_POD = {
  ...POD_SPEC,
  initContainers: [{ name: 'first', image: 'busybox', command: ['true'] }],
  securityContext: { runAsUser: 1000, fsGroup: 2000 },
  tolerations: [{ key: 'batch', operator: 'Equal', value: 'yes', effect: 'NoSchedule' }],
};

/** Of pods that nobody makes. */
export const TEMPLATE = { metadata: { labels: { run: 'none' } }, spec: POD_SPEC };

export const CLAIM_SPEC = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };

/** The sample of a kind that the fuzzer has too. */
export function sampleOf(resource: string): Fields {
  const sample = SAMPLES.find(({ kind }) => kind === resource);
  if (!sample) throw new Error(`the fuzzer has no sample of ${resource}`);
  return sample.body;
}
