/** A custom resource for the recordings of what etcd holds. */
const SCHEMA = {
  type: 'object',
  properties: {
    spec: { type: 'object', properties: { size: { type: 'integer' }, note: { type: 'string' } } },
    status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
};

export const GADGETS = {
  metadata: { name: 'gadgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', listKind: 'GadgetList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: SCHEMA } }],
  },
};

export const GADGET = {
  apiVersion: 'example.com/v1',
  kind: 'Gadget',
  metadata: { name: 'first', labels: { golden: 'kept' } },
  spec: { size: 3, note: 'naïve — 😀 <&>' },
  status: { unknown: { 'a.b': [1, 2.5, null] } },
};
