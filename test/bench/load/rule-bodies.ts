/** A schema with rules such as operators have, and an object of 2 KB that keeps them. */

const PORTS = 12;

const text = (maxLength: number) => ({ type: 'string', maxLength });

/** Of the kinds that are usual: comparisons, presence, patterns, and walks through lists and maps. */
export const RULES = [
  'self.minReplicas <= self.maxReplicas',
  'has(self.selector) || has(self.template)',
  "self.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
  "self.strategy != 'Recreate' || self.maxReplicas <= 100",
  'self.ports.all(port, port.number > 0 && port.number < 65536)',
  "self.ports.exists(port, port.name == 'port-7')",
  'self.ports.all(one, self.ports.exists_one(other, other.name == one.name))',
  'self.labels.all(key, size(key) <= 63 && size(self.labels[key]) <= 63)',
] as const;

const port = {
  type: 'object',
  required: ['name', 'number'],
  properties: { name: text(15), number: { type: 'integer' }, protocol: text(8), description: text(200) },
};

export const RULES_SCHEMA = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['name', 'minReplicas', 'maxReplicas', 'ports', 'labels', 'strategy'],
      'x-kubernetes-validations': RULES.map((rule) => ({ rule })),
      properties: {
        name: text(63),
        minReplicas: { type: 'integer' },
        maxReplicas: { type: 'integer' },
        strategy: text(20),
        selector: { type: 'object', additionalProperties: text(63), maxProperties: 16 },
        template: text(63),
        ports: { type: 'array', maxItems: 16, items: port },
        labels: { type: 'object', additionalProperties: text(63), maxProperties: 16 },
      },
    },
  },
};

const labels = Object.fromEntries(
  Array.from({ length: 10 }, (_, i) => [`example.com/label-${i}`, `what label ${i} says about it`]),
);

export const RULES_OBJECT = {
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 'thing', namespace: 'default' },
  spec: {
    name: 'thing-with-a-name',
    minReplicas: 1,
    maxReplicas: 10,
    strategy: 'RollingUpdate',
    selector: { app: 'thing' },
    ports: Array.from({ length: PORTS }, (_, i) => ({
      name: `port-${i}`,
      number: 8000 + i,
      protocol: 'TCP',
      description: `Where number ${i} is served to whoever asks for it.`,
    })),
    labels,
  },
};
