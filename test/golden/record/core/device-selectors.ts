/** Expressions that select devices, in classes and claims. */
import type { Step } from '../../../support/exchanges.ts';

const CLASSES = '/apis/resource.k8s.io/v1/deviceclasses';
const NESTED = 'device.attributes.all(a, device.attributes.all(b, ';

const EXPRESSIONS: readonly string[] = [
  'true',
  'device.driver == "gpu.example.com"',
  'device.driver.startsWith("gpu") && device.driver.size() < 20',
  'device.attributes["gpu.example.com"].model == "a100"',
  'device.attributes["gpu.example.com"].model',
  'device.attributes["gpu.example.com"].healthy && device.attributes["gpu.example.com"].count > 3',
  'device.capacity["gpu.example.com"].memory.compareTo(quantity("10Gi")) >= 0',
  'device.capacity["gpu.example.com"].memory.isGreaterThan(quantity("10Gi"))',
  'device.attributes["gpu.example.com"].version.isGreaterThan(semver("1.2.3"))',
  'device.attributes["gpu.example.com"].?model.orValue("x") == "y"',
  'cel.bind(dra, device.attributes["dra.example.com"], dra.oneBool && dra.anotherBool)',
  'cel.bind(1, 2, true)',
  'cel.bind(a, b)',
  'device.allowMultipleAllocations == true',
  'device.allowMultipleAllocations',
  'has(device.attributes["a"].b)',
  '"a" in device.attributes && "b" in device.attributes["a"]',
  'device.attributes["a"].exists(k, k.startsWith("x"))',
  'device.attributes["a"]["b"].matches("^x")',
  'device.attributes["a"].b.exists(x, x == 1)',
  'device.attributes["a"].b.c == 1',
  'device.attributes["a"].b.foo()',
  'dyn(device.attributes["a"].b)',
  '1',
  '"text"',
  'device.driver',
  'device.attributes',
  'device.attributes["a"]',
  'device',
  'quantity("1")',
  '[device.attributes["a"].b]',
  'device.unknown',
  'device.attributes["a"].b +',
  '',
  'object.metadata.name == "x"',
  'device.driver + 1 == "x"',
  'device.driver.matches("[")',
  'device.attributes["a"].b == quantity("1x")',
  'quantity("1x").sign() > 0',
  'device.capacity["a"].b == quantity("1")',
  'device.capacity["a"].b > 1',
  '[1, 2].includes(1)',
  `${NESTED}true))`,
  `${NESTED}a == b))`,
  `${NESTED}device.attributes.all(c, a + b == c)))`,
  `${NESTED}device.attributes.all(c, device.attributes.all(d, true))))`,
  'device.attributes.all(d, device.attributes[d].all(n, device.attributes[d][n] == "x"))',
  'device.attributes.all(d, device.attributes[d].all(n, device.attributes["a"].b.matches(n)))',
  `${NESTED}device.attributes["a"].all(c, device.attributes[b].c.matches("(a+)+"))))`,
  'device.capacity.all(d, device.capacity[d].all(n, device.capacity[d][n].compareTo(quantity("1Gi")) > 0))',
  `device.driver == "${'x'.repeat(10 * 1024)}"`,
];

const deviceClass = (expressions: readonly string[]): object => ({
  metadata: { name: '$NS' },
  spec: { selectors: expressions.map((expression) => ({ cel: { expression } })) },
});

const claim = (request: object): object => ({
  metadata: { name: 'c' },
  spec: { devices: { requests: [{ name: 'r', ...request }] } },
});

const CLAIMS = '/apis/resource.k8s.io/v1/namespaces/$NS/resourceclaims';
const selectors = [{ cel: { expression: '1' } }, { cel: { expression: 'true' } }, {}];

const dry = (path: string, body: object): Step => ({ method: 'POST', path: `${path}?dryRun=All`, body });

export const deviceSelectors: readonly Step[] = [
  ...EXPRESSIONS.map((expression) => dry(CLASSES, deviceClass([expression]))),
  dry(CLASSES, deviceClass(['1', 'true', 'device.x'])),
  dry(CLAIMS, claim({ exactly: { deviceClassName: 'd', selectors } })),
  dry(CLAIMS, claim({ firstAvailable: [{ name: 'a', deviceClassName: 'd', selectors }] })),
  dry('/apis/resource.k8s.io/v1/namespaces/$NS/resourceclaimtemplates', {
    metadata: { name: 't' },
    spec: claim({ exactly: { deviceClassName: 'd', selectors } }),
  }),
  { method: 'POST', path: CLASSES, body: deviceClass(['true']) },
  { method: 'PATCH', path: `${CLASSES}/$NS`, body: { metadata: { labels: { a: 'b' } } } },
  { method: 'PATCH', path: `${CLASSES}/$NS`, body: { spec: { selectors: [{ cel: { expression: '1' } }] } } },
  { method: 'DELETE', path: `${CLASSES}/$NS` },
];
