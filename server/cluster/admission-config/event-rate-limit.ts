import type { EventLimit, EventLimitType } from '../../admission/event-rate-limit.ts';
import { decodeConfig } from '../../auth/config-shape.ts';
import { type FieldProblem, invalid, notSupported } from '../../kube/field-problem.ts';
import { checked, type PluginConfig } from './plugin-config.ts';

const SHAPE = { limits: [{ type: 'string', qps: 'integer', burst: 'integer', cacheSize: 'integer' }] } as const;
const READING = { versions: ['eventratelimit.admission.k8s.io/v1alpha1'], isLenient: true };
const TYPES: readonly string[] = ['Namespace', 'Server', 'SourceAndObject', 'User'] satisfies EventLimitType[];
const CACHE_SIZE = 4096;

type Limit = Partial<EventLimit>;

/** @throws Error: it does not do without limits */
export function eventLimitsOf(config: PluginConfig | undefined): readonly EventLimit[] {
  const none = invalid('limits', null, 'must not be empty');
  if (!config) throw new Error(`${none.field}: ${none.message}`);
  const problems: FieldProblem[] = [];
  const decoded = decodeConfig<{ limits?: readonly Limit[] }>(config.value, 'Configuration', SHAPE, problems, READING);
  const { limits = [] } = checked(config, decoded, problems);
  const found = limits.length === 0 ? [none] : limits.flatMap((limit, i) => problemsOf(limit, `limits[${i}]`));
  return checked(
    config,
    limits.map(({ type, qps = 0, burst = 0, cacheSize = 0 }) => ({
      type: type as EventLimitType,
      qps,
      burst,
      cacheSize: cacheSize === 0 ? CACHE_SIZE : cacheSize,
    })),
    found,
  );
}

function problemsOf(
  { type = '' as EventLimitType, qps = 0, burst = 0, cacheSize = 0 }: Limit,
  path: string,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (!TYPES.includes(type)) problems.push(notSupported(`${path}.type`, type, TYPES));
  if (burst <= 0) problems.push(invalid(`${path}.burst`, burst, 'must be positive'));
  if (qps <= 0) problems.push(invalid(`${path}.qps`, qps, 'must be positive'));
  if (type !== 'Server' && cacheSize < 0)
    problems.push(invalid(`${path}.cacheSize`, cacheSize, 'must not be negative'));
  return problems;
}
