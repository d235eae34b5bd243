/** Strategic merge patches and what they are sent to. */
import { CONTAINER, container, type PatchCase, template } from './patch-cases.ts';

export const STRATEGIC_PATCHES: readonly PatchCase[] = [
  ['map', {}],
  ['map', { data: { a: null, d: '4' } }],
  ['map', { data: { $patch: 'replace', z: '1' } }],
  ['map', { data: { $patch: 'delete' } }],
  ['map', { data: { $patch: 'merge', z: '1' } }],
  ['map', { data: { $patch: 'unknown', z: '1' } }],
  ['map', { data: { $patch: 7 } }],
  ['map', { data: null }],
  ['map', { data: 'x' }],
  ['map', { binaryData: { $patch: 'replace', z: 'YQ==' } }],
  ['map', { binaryData: { $patch: 'delete' } }],
  ['map', { $patch: 'replace', metadata: { name: 'map' }, data: { only: '1' } }],
  ['map', { metadata: { finalizers: ['example.com/four', 'example.com/one'] } }],
  ['map', { metadata: { finalizers: ['example.com/two', 'example.com/one'] } }],
  ['map', { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/two'] } }],
  ['map', { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/none'] } }],
  [
    'map',
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/two'], finalizers: ['example.com/five'] } },
  ],
  ['map', { metadata: { '$deleteFromPrimitiveList/finalizers': 'example.com/two' } }],
  ['map', { metadata: { '$deleteFromPrimitiveList/nothing': ['x'] } }],
  ['map', { metadata: { '$deleteFromPrimitiveList/labels': ['x'] } }],
  ['map', { metadata: { '$setElementOrder/finalizers': ['example.com/three', 'example.com/one', 'example.com/two'] } }],
  [
    'map',
    {
      metadata: {
        '$setElementOrder/finalizers': ['example.com/three', 'example.com/new', 'example.com/one'],
        finalizers: ['example.com/new'],
      },
    },
  ],
  ['map', { metadata: { '$setElementOrder/finalizers': ['example.com/one'], finalizers: ['example.com/new'] } }],
  ['map', { metadata: { '$setElementOrder/finalizers': 'x' } }],
  ['map', { metadata: { finalizers: [{ $patch: 'replace' }] } }],
  ['map', { metadata: { finalizers: null } }],
  ['map', { metadata: { finalizers: [] } }],
  ['map', { metadata: { finalizers: 'x' } }],
  ['map', { metadata: { labels: { $retainKeys: ['a', 'n'], n: '1' } } }],
  ['map', { metadata: { labels: { $retainKeys: ['a'], n: '1' } } }],
  ['map', { metadata: { labels: { $retainKeys: 'a' } } }],
  ['map', { metadata: { labels: { $retainKeys: [] } } }],
  [
    'map',
    {
      metadata: {
        ownerReferences: [
          { apiVersion: 'v1', kind: 'A', name: 'a', uid: 'u1' },
          { apiVersion: 'v1', kind: 'B', name: 'b', uid: 'u2' },
        ],
      },
    },
  ],
  ['map', { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'A', name: 'a' }] } }],
  ['map', { extra: { a: null, b: { $patch: 'delete' } } }],
  ['map', []],
  ['map', 'null'],
  ['map', '7'],
  ['map', '"x"'],
  ['deployment', container({ image: 'i:9' })],
  ['deployment', template({ containers: [{ name: 'three', image: 'i:3', env: null, ...CONTAINER }] })],
  [
    'deployment',
    template({
      containers: [
        { name: 'three', image: 'i:3', ...CONTAINER },
        { name: 'one', image: 'i:1a' },
      ],
    }),
  ],
  ['deployment', template({ containers: [{ name: 'two', $patch: 'delete' }] })],
  ['deployment', template({ containers: [{ name: 'none', $patch: 'delete' }] })],
  ['deployment', template({ containers: [{ $patch: 'delete' }] })],
  ['deployment', template({ containers: [{ $patch: 'replace' }, { name: 'new', image: 'i:n', ...CONTAINER }] })],
  ['deployment', template({ containers: [{ name: 'new', image: 'i:n', ...CONTAINER }, { $patch: 'replace' }] })],
  ['deployment', template({ containers: [{ name: 'one', $patch: 'replace', image: 'i:r', ...CONTAINER }] })],
  ['deployment', template({ containers: [{ name: 'one', $patch: 'merge', image: 'i:r' }] })],
  ['deployment', template({ containers: [{ name: 'one', $patch: 'unknown' }] })],
  ['deployment', template({ containers: [{ image: 'i:9' }] })],
  ['deployment', template({ containers: ['x'] })],
  ['deployment', template({ containers: [null] })],
  ['deployment', template({ containers: 'x' })],
  ['deployment', template({ containers: null })],
  [
    'deployment',
    container({
      env: [
        { name: 'B', value: 'new' },
        { name: 'D', value: '4' },
      ],
    }),
  ],
  ['deployment', container({ env: [{ name: 'A', $patch: 'delete' }] })],
  [
    'deployment',
    container({
      env: [{ name: 'A', value: null, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } }],
    }),
  ],
  ['deployment', container({ env: [{ $patch: 'replace' }] })],
  [
    'deployment',
    container({
      env: [{ name: 'X', value: 'x' }],
      '$setElementOrder/env': [{ name: 'C' }, { name: 'X' }, { name: 'A' }, { name: 'B' }],
    }),
  ],
  ['deployment', container({ '$setElementOrder/env': [{ name: 'C' }, { name: 'A' }] })],
  ['deployment', container({ '$setElementOrder/env': [{ name: 'C' }, { name: 'none' }, { name: 'A' }] })],
  [
    'deployment',
    container({ env: [{ name: 'A', $patch: 'delete' }], '$setElementOrder/env': [{ name: 'C' }, { name: 'B' }] }),
  ],
  [
    'deployment',
    container({
      env: [
        { name: 'X', value: 'x' },
        { name: 'A', value: 'a' },
      ],
      '$setElementOrder/env': [{ name: 'A' }, { name: 'X' }],
    }),
  ],
  ['deployment', container({ ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }] })],
  ['deployment', container({ ports: [{ containerPort: 8080, protocol: 'TCP' }] })],
  ['deployment', container({ ports: [{ containerPort: 53, $patch: 'delete' }] })],
  ['deployment', container({ ports: [{ name: 'http' }] })],
  ['deployment', container({ args: ['z'] })],
  ['deployment', container({ args: null })],
  ['deployment', container({ '$deleteFromPrimitiveList/args': ['x'] })],
  ['deployment', container({ '$setElementOrder/args': ['y', 'x'] })],
  [
    'deployment',
    template({
      containers: [
        {
          name: 'two',
          volumeMounts: [
            { mountPath: '/w', name: 'w' },
            { mountPath: '/x', name: 'v' },
          ],
        },
      ],
    }),
  ],
  [
    'deployment',
    template({
      '$setElementOrder/containers': [{ name: 'two' }, { name: 'one' }],
      containers: [{ name: 'one', image: 'i:9' }],
    }),
  ],
  ['deployment', template({ '$setElementOrder/containers': [{ name: 'two' }, { name: 'one' }] })],
  [
    'deployment',
    template({
      '$setElementOrder/containers': [{ name: 'two' }, { name: 'one' }],
      containers: [
        { name: 'one', image: 'i:9' },
        { name: 'two', image: 'i:8' },
      ],
    }),
  ],
  [
    'deployment',
    template({
      '$setElementOrder/containers': [{ name: 'one' }, { name: 'two' }, { name: 'three' }],
      containers: [{ name: 'three', image: 'i:3', ...CONTAINER }],
    }),
  ],
  [
    'deployment',
    template({
      '$setElementOrder/containers': [{ name: 'three' }, { name: 'one' }],
      containers: [{ name: 'three', image: 'i:3', ...CONTAINER }],
    }),
  ],
  ['deployment', template({ '$setElementOrder/containers': ['one', 'two'] })],
  ['deployment', template({ '$setElementOrder/containers': [{}] })],
  [
    'deployment',
    template({ volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/h', type: '' } }] }),
  ],
  ['deployment', template({ volumes: [{ name: 'v', hostPath: { path: '/h', type: '' } }] })],
  ['deployment', template({ volumes: [{ name: 'w', emptyDir: null, configMap: { name: 'c', defaultMode: 420 } }] })],
  [
    'deployment',
    template({
      volumes: [
        { name: 'v', $patch: 'delete' },
        { name: 'w', emptyDir: { medium: '' } },
      ],
    }),
  ],
  ['deployment', template({ volumes: null, tolerations: null })],
  ['deployment', { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }],
  ['deployment', { spec: { strategy: { type: 'Recreate' } } }],
  ['deployment', { spec: { strategy: { $patch: 'replace', type: 'Recreate' } } }],
  ['deployment', { spec: { strategy: { rollingUpdate: { maxSurge: '25%' } } } }],
  ['deployment', template({ tolerations: [{ key: 'other', operator: 'Exists' }] })],
  ['deployment', template({ '$setElementOrder/tolerations': [{ key: 'k' }] })],
  ['deployment', template({ imagePullSecrets: [{ name: 'u' }, { name: 't', $patch: 'delete' }] })],
  ['deployment', template({ nodeSelector: { a: null, c: 'd' } })],
  ['deployment', template({ nodeSelector: { $patch: 'replace', c: 'd' } })],
  [
    'deployment',
    template({
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'zone',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: 'web' } },
        },
      ],
    }),
  ],
  [
    'deployment',
    template({
      initContainers: [
        {
          name: 'init',
          image: 'i',
          ...CONTAINER,
          env: [
            { name: 'Q', value: 'q', $patch: 'delete' },
            { name: 'R', value: null },
          ],
        },
      ],
    }),
  ],
  ['deployment', template({ hostAliases: [{ ip: '1.2.3.4', hostnames: ['a'] }] })],
  ['deployment', template({ affinity: { podAntiAffinity: { $patch: 'delete' }, nodeAffinity: null } })],
  ['deployment', { metadata: { labels: { app: null } }, spec: { paused: null } }],
  ['deployment', { spec: { selector: { matchExpressions: [{ key: 'x', operator: 'Exists' }] } } }],
  ['deployment', { spec: 'x' }],
  ['service', { spec: { ports: [{ port: 80, name: 'web' }] } }],
  ['service', { spec: { ports: [{ port: 81, name: 'c', protocol: 'TCP', targetPort: 81 }] } }],
  ['service', { spec: { ports: [{ port: 443, $patch: 'delete' }] } }],
  ['service', { spec: { ports: [{ name: 'x' }] } }],
  [
    'service',
    { spec: { '$setElementOrder/ports': [{ port: 443 }, { port: 80 }], ports: [{ port: 80, targetPort: 8080 }] } },
  ],
  ['service', { spec: { selector: { $patch: 'replace', x: 'y' } } }],
  ['service', { spec: { ports: [{ port: '80', name: 'web' }] } }],
  ['deployment', { spec: { replicas: 'x' } }],
  ['deployment', { spec: { replicas: 1.5 } }],
  ['deployment', { spec: { paused: 'yes' } }],
  ['deployment', { metadata: { labels: { app: 7 } } }],
  ['deployment', { metadata: { labels: { app: true } } }],
  ['deployment', { metadata: { labels: ['x'] } }],
  ['deployment', template({ nodeSelector: 'x' })],
  ['deployment', container({ image: 5 })],
  ['deployment', container({ imagePullPolicy: 5 })],
  ['deployment', container({ image: { a: 'b' } })],
  ['deployment', container({ ports: [{ containerPort: '80' }] })],
  ['deployment', container({ resources: 'x' })],
  ['deployment', template({ tolerations: ['x'] })],
  ['budget', { spec: { selector: { matchLabels: { c: 'd' } } } }],
  ['budget', { spec: { selector: { matchLabels: null } } }],
  ['map', { metadata: { '$setElementOrder/nothing': [] } }],
  ['map', { metadata: { '$setElementOrder/labels': [] } }],
  ['map', { metadata: { '$setElementOrder/finalizers': null } }],
  ['map', { metadata: { '$setElementOrder/finalizers': [] } }],
  ['map', { metadata: { '$setElementOrder/ownerReferences': [{ uid: 'u' }] } }],
  ['map', { metadata: { finalizers: [7] } }],
  ['map', { metadata: { finalizers: [['example.com/a']] } }],
  ['map', { metadata: { ownerReferences: [['x']] } }],
  ['map', { data: { $patch: true } }],
  ['map', { data: { $patch: null } }],
  ['map', { data: { a: { $patch: 'delete' } } }],
  ['map', { metadata: { annotations: { n: { m: null, $patch: 'delete' } } } }],
  [
    'deployment',
    template({
      containers: [
        {
          name: 'three',
          image: 'i:3',
          ...CONTAINER,
          env: [
            { name: 'A', value: '1', $patch: 'delete' },
            { name: 'B', value: null },
          ],
        },
      ],
    }),
  ],
  ['deployment', template({ tolerations: [{ $patch: 'replace' }, { key: 'o', operator: 'Exists', value: null }] })],
  ['deployment', template({ '$deleteFromPrimitiveList/tolerations': [{ key: 'k' }] })],
  ['deployment', template({ '$setElementOrder/imagePullSecrets': [{ name: 't' }, { name: 's' }] })],
  [
    'deployment',
    template({ '$setElementOrder/imagePullSecrets': [{ name: 't' }, { name: 's' }], imagePullSecrets: ['x'] }),
  ],
  ['deployment', container({ '$setElementOrder/ports': [{ containerPort: 53 }, { containerPort: 80 }] })],
  ['deployment', container({ '$setElementOrder/args': [], args: ['q'] })],
];
