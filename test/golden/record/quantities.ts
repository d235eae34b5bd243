// Records the canonical form of quantities, and what a real server says of texts that are none.
import { seededRandom } from '../../../server/base/random.ts';
import { ask, inNamespace, messageOf, record } from './oracle.ts';

// biome-ignore format: a matrix, in the order in which it is read
const VALUES: unknown[] = [
  '0', '00', '-0', '+0', '0.0', '.0', '0.', '.', '', ' ', '1', '01', '+1', '-1', ' 1', '1 ', '1\n', '1_000', '1,5',
  '0x10', 'NaN', 'Inf', 'abc', 'm', 'Ki', 'e3', '1e', '1e+', '1E',
  '1m', '999m', '1000m', '1001m', '1500m', '0.5', '.5', '5.', '0.001', '0.0001', '0.0005', '0.000001', '0.000000001',
  '0.0000000001', '0.00000000149', '1.0000000001', '-0.0000000001',
  '1n', '1u', '1000n', '1000u', '1500n', '999999999n', '1000000000n', '0.5n', '0.1n', '1.5m', '0.1m', '100m', '1k',
  '1K', '1M', '1G', '1T', '1P', '1E', '1Z', '1ki', '1KI', '1mi', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei', '1Zi',
  '1000', '1000k', '1001k', '1000M', '1024', '1024Ki', '1025Ki', '1536Ki', '1048576', '1048576Ki', '0.5Ki', '0.5Mi',
  '1.5Gi', '0.1Ki', '0.3Gi', '1.25Ki', '1.001Ki', '0.0001Ki', '512', '1000Ki', '2048Mi', '100Mi', '1023Mi',
  '1e3', '1e0', '1E3', '1e+3', '1e-3', '1e-9', '1e-10', '12e6', '1.5e3', '1.5e1', '1e1', '1e2', '1e4', '100e1',
  '1e18', '1e19', '1e30', '1e100', '1e-30', '0e5', '5e5', '123456e3', '1e03', '1e3Ki', '1e3k', '1e1.5',
  '9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809',
  '99999999999999999999', '9223372036854775807m', '9223372036854775808m', '9223372036854775.807',
  '9223372036854775807n', '8Ei', '7Ei', '7.5Ei', '9E', '9.3E', '10E', '10Ei', '16Ei', '1000Ei',
  '123456789', '123456789.123456789', '123456789.1234567891', '0.123456789', '1.1', '1.10', '001.100', '1.000',
  '10.0m', '1..5', '1.5.5', '--1', '+-1', '1-', '1+', '-', '+', '-.5', '-1.5Gi', '-1e3', '-1k', '-1500m', '-0.5',
  '１', '1µ', '1Mb', '1MB', '1MiB', '10%', '1 Mi', '1e3m', '3.14159', '2.718281828459045', `${'1'.repeat(30)}`,
  `0.${'0'.repeat(30)}1`, '1'.repeat(256), `${'0'.repeat(300)}1`,
  0, 1, -1, 1.5, 0.5, 1000, 1e3, 1024, 1e21, 0.1, 123456789, true, null, [], {}, 1e-7,
];
const random = seededRandom(9);
const SUFFIXES = ['', 'n', 'u', 'm', 'k', 'M', 'G', 'T', 'Ki', 'Mi', 'Gi', 'Ti', 'e3', 'e-3', 'e6', 'E2'];
const digits = (most: number): number => Math.floor(random.fraction() * 10 ** Math.floor(random.fraction() * most));
const anyQuantity = (): string => {
  const fraction = random.fraction() < 0.5 ? '' : `.${digits(6)}`;
  return `${digits(7)}${fraction}${SUFFIXES[Math.floor(random.fraction() * SUFFIXES.length)]}`;
};
const values = [...VALUES, ...Array.from({ length: 150 }, anyQuantity)];

// No exponents near -2^31: a real server computes the power for hours.
// biome-ignore format: a matrix, in the order in which it is read
const EXTREME = [
  '1000E', '1e21', '1e22', '999E', '1e4294967296', '1e9223372036854775808', '100000000000000000000000', '01Ki',
  '+1Mi', '0Ki', '9Ki', '16Ki', '1.0Ki', '-1Ki', '-0.5Ki', '-8Ei',
];

await inNamespace('golden-quantities', async (namespace) => {
  const url = `/apis/storage.k8s.io/v1${namespace.slice('/api/v1'.length)}/csistoragecapacities?dryRun=All`;
  const cases = [];
  for (const value of [...values, ...EXTREME]) {
    const body = { metadata: { name: 'q' }, storageClassName: 'x', capacity: value };
    const answer = await ask('POST', url, body);
    const message = messageOf(answer);
    // Negative capacities are refused with the canonical form in the message.
    const negative = /capacity: Invalid value: "([^"]*)": must be greater than or equal to 0$/.exec(message ?? '')?.[1];
    const { capacity } = answer.json as { capacity?: string };
    if (negative !== undefined || message === undefined) cases.push({ value, canonical: negative ?? capacity });
    else cases.push({ value, message: message.replace(/^.* cannot be handled as a CSIStorageCapacity: /, '') });
  }
  await record('test/golden/kube/quantities.json', cases);
});
