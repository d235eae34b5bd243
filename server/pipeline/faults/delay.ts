/** How long a fault lets requests wait. */
import type { Random } from '../../base/random.ts';
import { LIMITS } from '../../kube/limits.ts';
import { WrongField } from '../../kube/script-fields.ts';
import { duration, type Fields, fieldsOf, oneOf, optional } from './rule-fields.ts';

export interface Delay {
  /** Draws one. */
  ms(random: Random): number;
  readonly byCluster: boolean;
}

const FIELDS = ['for', 'min', 'max', 'p50', 'p99', 'clock'];
const FORMS = [['for'], ['min', 'max'], ['p50', 'p99']] as const;

/** The 99th percentile of the standard normal distribution. */
const Z99 = 2.3263478740408408;

/** @throws WrongField */
export function readDelay(value: unknown, path: string): Delay {
  if (typeof value === 'string') return readDelay({ for: value }, path);
  const fields = fieldsOf(value, path, FIELDS, 'a duration such as "200ms"');
  const given = Object.keys(fields).filter((name) => name !== 'clock');
  const form = FORMS.find((names) => names.length === given.length && names.every((name) => given.includes(name)));
  if (!form) throw new WrongField(`${path} has to have "for", or "min" and "max", or "p50" and "p99"`);
  const clock = optional(fields, 'clock', path, oneOf('real', 'cluster'));
  return { ms: drawer(fields, path), byCluster: clock === 'cluster' };
}

function drawer(fields: Fields, path: string): Delay['ms'] {
  const read = (name: string): number => optional(fields, name, path, duration(LIMITS.faultDelayMs)) ?? 0;
  if ('for' in fields) {
    const ms = read('for');
    return () => ms;
  }
  const isUniform = 'min' in fields;
  const [low, high] = isUniform ? [read('min'), read('max')] : [read('p50'), read('p99')];
  const [lowName, highName] = isUniform ? ['min', 'max'] : ['p50', 'p99'];
  if (high < low) throw new WrongField(`${path}.${highName} must not be shorter than ${path}.${lowName}`);
  if (isUniform) return (random) => low + (high - low) * random.fraction();
  if (low === 0) throw new WrongField(`${path}.p50 has to be longer than nothing`);
  const sigma = Math.log(high / low) / Z99;
  return (random) => Math.min(LIMITS.faultDelayMs, low * Math.exp(sigma * normal(random)));
}

/** A number of the standard normal distribution (Box and Muller). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction());
}
