import { afterAll, beforeAll, expect, test } from 'vitest';
import { deepFreeze, type Frozen } from '../../../server/base/freeze.ts';
import type { FieldProblem } from '../../../server/kube/field-problem.ts';
import type { Container, Pod, PodSpec } from '../../../server/kube/types.gen.ts';
import { definition } from '../../../server/resources/core/pods.ts';
import { at, create, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

const PODS = '/api/v1/namespaces/default/pods';
const TYPE = [['content-type', 'application/strategic-merge-patch+json']] as const;
const container = (name: string, port: number): object => ({
  name,
  image: 'nginx:1',
  ports: [{ containerPort: port, hostPort: port, protocol: 'TCP' }],
  env: [{ name: 'A', value: 'b' }],
  volumeMounts: [{ name: 'settings', mountPath: '/settings' }],
});
const SPEC = {
  initContainers: [{ name: 'first', image: 'busybox' }],
  containers: [container('main', 80), container('other', 81)],
  volumes: [{ name: 'settings', emptyDir: {} }],
  schedulingGates: [{ name: 'x.io/y' }],
  activeDeadlineSeconds: 100,
};

let cluster: SecuredCluster;
beforeAll(async () => {
  cluster = await securedCluster();
  await create(cluster, '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
});
afterAll(() => cluster[Symbol.asyncDispose]());

async function pod(name: string): Promise<Frozen<Pod>> {
  const { body } = await cluster.ask('POST', PODS, { body: { metadata: { name }, spec: SPEC } });
  return deepFreeze(body as Pod);
}

type Spec = PodSpec & { readonly containers: Container[] };
type Change = (spec: Spec) => object;

const main = ({ containers: [first, ...others] }: Spec, fields: object): object => ({
  containers: [{ ...first, ...fields }, ...others],
});
const without = <T extends object>(value: T, name: keyof T): object => {
  const { [name]: _gone, ...rest } = value;
  return rest;
};
const second = ({ containers: [first, other] }: Spec, fields: object): object => ({
  containers: [first, { ...other, ...fields }],
});
const of = ({ containers }: Spec, i: number): Container => containers[i] as Container;

/** What one may want to change of a spec that was found right, by what it is. */
const CHANGES: Readonly<Record<string, Change>> = {
  nothing: () => ({}),
  'an image': (spec) => main(spec, { image: 'nginx:2' }),
  'two images': (spec) => ({
    ...main(spec, { image: 'a' }),
    initContainers: [{ ...spec.initContainers?.[0], image: 'b' }],
  }),
  'no image': (spec) => main(spec, { image: '' }),
  'an image that is gone': (spec) => ({ containers: [without(of(spec, 0), 'image'), of(spec, 1)] }),
  'an image with a space': (spec) => second(spec, { image: ' nginx' }),
  'an image with a space, of an init container': (spec) => ({
    initContainers: [{ ...spec.initContainers?.[0], image: 'b\n' }],
  }),
  'when to pull': (spec) => main(spec, { image: 'a', imagePullPolicy: 'Always' }),
  'when to pull, wrongly': (spec) => main(spec, { imagePullPolicy: 'Sometimes' }),
  'where the last words are': (spec) => main(spec, { terminationMessagePolicy: 'FallbackToLogsOnError' }),
  'no such last words': (spec) => main(spec, { terminationMessagePolicy: 'Nowhere' }),
  'a host port that is taken': (spec) => second(spec, { ports: of(spec, 0).ports, image: 'a' }),
  'a name that is taken': (spec) => second(spec, { name: 'main' }),
  'the name of an init container': (spec) => ({ initContainers: [{ ...spec.initContainers?.[0], name: 'main' }] }),
  'a mount of nothing': (spec) => main(spec, { volumeMounts: [{ name: 'nothing', mountPath: '/a' }] }),
  'no volumes': () => ({ volumes: [] }),
  'one container less': (spec) => ({ containers: [of(spec, 0)] }),
  'one container more': (spec) => ({ containers: [...spec.containers, { ...of(spec, 0), name: 'new', ports: [] }] }),
  'another order': (spec) => ({ containers: spec.containers.toReversed() }),
  'no containers': () => ({ containers: [] }),
  'a later end': () => ({ activeDeadlineSeconds: 200 }),
  'an earlier end': () => ({ activeDeadlineSeconds: 50 }),
  'no end': () => ({ activeDeadlineSeconds: undefined }),
  'no gates': () => ({ schedulingGates: undefined }),
  'another gate': () => ({ schedulingGates: [{ name: 'x.io/z' }] }),
  'a toleration': (spec) => ({ tolerations: [...(spec.tolerations ?? []), { key: 'a', operator: 'Exists' }] }),
  'a wrong toleration': () => ({ tolerations: [{ operator: 'Sometimes' }] }),
  'an image and a grace period': (spec) => ({ ...main(spec, { image: 'a' }), terminationGracePeriodSeconds: 1 }),
  'an image and who restarts': (spec) => ({ ...main(spec, { image: 'a' }), restartPolicy: 'Sometimes' }),
  'an ephemeral container': () => ({ ephemeralContainers: [{ name: 'debug', image: 'a', resources: {} }] }),
};

const problems = (next: Frozen<Pod>, old?: Frozen<Pod>): FieldProblem[] => [
  ...(definition.validate?.(next, old) ?? []),
];

test.each(Object.entries(CHANGES))(
  'a pod that was right is checked as one that nobody knows: %s',
  async (what, change) => {
    const old = await pod(`known-${Object.keys(CHANGES).indexOf(what)}`);
    expect(problems(old)).toEqual([]);
    const next = { ...old, spec: { ...old.spec, ...change(old.spec as Spec) } } as Frozen<Pod>;
    const found = problems(next, old);
    expect(found).toEqual(problems(structuredClone(next), structuredClone(old)));
    // And so is what follows it, be it wrong or right.
    const stored = deepFreeze(next);
    const back = {
      ...stored,
      spec: { ...stored.spec, ...change(old.spec as Spec), containers: old.spec.containers },
    };
    expect(problems(back as Frozen<Pod>, stored)).toEqual(
      problems(structuredClone(back) as Frozen<Pod>, structuredClone(stored)),
    );
  },
);

const patch = (name: string, containers: object[]) =>
  cluster.ask('PATCH', `${PODS}/${name}`, { headers: TYPE, body: { spec: { containers } } });

test('a wrong image is refused in the same words before and after right ones, and changes nothing', async () => {
  const old = await pod('images');
  const wrong = [{ name: 'main', image: 'nginx ' }];
  const first = await patch('images', wrong);
  expect([first.status, at(first.body, 'reason')]).toEqual([422, 'Invalid']);
  for (const image of ['nginx:2', 'nginx:3', 'nginx:4']) {
    const { status, body } = await patch('images', [{ name: 'main', image }]);
    expect([status, at(body, 'spec.containers.0.image')]).toEqual([200, image]);
  }
  expect((await patch('images', wrong)).body).toEqual(first.body);
  const { body } = await cluster.ask('GET', `${PODS}/images`);
  const [changed, ...others] = at(body, 'spec.containers') as Container[];
  expect([changed, ...others]).toEqual([{ ...of(old.spec as Spec, 0), image: 'nginx:4' }, of(old.spec as Spec, 1)]);
});

test('rules across containers hold although only one of them is changed', async () => {
  await pod('across');
  expect((await patch('across', [{ name: 'main', image: 'nginx:2' }])).status).toBe(200);
  const body = { name: 'other', ports: [{ containerPort: 81, hostPort: 80, protocol: 'TCP' }] };
  const refused = await patch('across', [body]);
  expect(refused.status).toBe(422);
  expect(at(refused.body, 'message')).toContain('spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"');
});
