/** Changes of pods that have something of everything: parts that a write leaves alone keep what they were given. */
import type { Step } from '../../../support/exchanges.ts';
import { managed, patch, pod, post } from './steps.ts';

const STRATEGIC = { strategic: true, ...managed };

const main = {
  name: 'main',
  image: 'shop/main:1',
  ports: [{ name: 'http', containerPort: 8080 }, { containerPort: 9090 }],
  env: [
    { name: 'MODE', value: 'test' },
    { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
  ],
  resources: { limits: { cpu: '0.5', memory: '64Mi', 'ephemeral-storage': '1Gi' } },
  readinessProbe: { httpGet: { port: 8080 } },
  lifecycle: { preStop: { httpGet: { port: 'http', path: '/stop' } } },
  volumeMounts: [{ name: 'work', mountPath: '/work' }],
};
const side = { name: 'side', image: 'shop/side', resources: { requests: { cpu: '1m' } } };
const rich = (name: string, extra: object = {}): object =>
  pod(name, {
    containers: [main, side],
    initContainers: [{ name: 'first', image: 'shop/first:1' }],
    volumes: [
      { name: 'work', emptyDir: {} },
      { name: 'settings', configMap: { name: 'settings', items: [{ key: 'a', path: 'b' }] } },
    ],
    affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
    ...extra,
  });

const image = (name: string, value: string): object => ({ spec: { containers: [{ name, image: value }] } });
const changed = (fields: object): Step =>
  patch('pods/r', { spec: { containers: [{ name: 'main', ...fields }] } }, { strategic: true });

export const podRichUpdates: Step[] = [
  post('pods', rich('r'), managed),
  patch('pods/r', image('main', 'shop/main:2'), STRATEGIC),
  patch('pods/r', image('side', 'shop/side:2'), STRATEGIC),
  patch('pods/r', { spec: { initContainers: [{ name: 'first', image: 'shop/first:2' }] } }, STRATEGIC),
  patch('pods/r', { spec: { hostNetwork: true } }),
  changed({ image: 'shop/main:3', ports: [{ containerPort: 8080, hostPort: 8080 }] }),
  changed({ resources: { limits: { cpu: '700m' } } }),
  changed({ resources: { requests: null } }),
  changed({ readinessProbe: { periodSeconds: 0, timeoutSeconds: null } }),
  changed({ lifecycle: { preStop: { httpGet: { path: null } } } }),
  changed({ env: [{ name: 'MORE', value: 'x' }] }),
  changed({ volumeMounts: [{ name: 'none', mountPath: '/none' }] }),
  changed({ image: ' shop/main:4' }),
  patch('pods/r', { spec: { volumes: [{ name: 'settings', configMap: { defaultMode: null } }] } }, { strategic: true }),
  patch('pods/r', { spec: { volumes: [{ name: 'more', secret: { secretName: 'x' } }] } }, { strategic: true }),
  patch('pods/r', { spec: { affinity: null } }),
  patch('pods/r', { spec: { tolerations: [{ key: 'a', operator: 'Exists' }] } }, STRATEGIC),
  patch('pods/r', { metadata: { annotations: { a: 'b' } } }, managed),
  post('pods', rich('h', { hostNetwork: true }), managed),
  patch('pods/h', image('main', 'shop/main:2'), STRATEGIC),
  patch('pods/h', { spec: { hostNetwork: false } }),
];
