/** Objects that are broken in one place each: another type, nothing, an empty or odd text, an unknown field. */
import { seededRandom } from '../../server/base/random.ts';
import type { Json, Sample } from './operator.ts';

type Path = readonly (string | number)[];

function places(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([name, one]) =>
    places(one, [...path, Array.isArray(value) ? Number(name) : name]),
  );
  return path.length === 0 ? inner : [path, ...inner];
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, name) => (inner as Record<string | number, unknown>)[name], value);

function changed(object: Json, path: Path, change: (value: unknown) => unknown): Json {
  const copy = structuredClone(object);
  const parent = at(copy, path.slice(0, -1)) as Record<string | number, unknown>;
  const name = path.at(-1) as string | number;
  const value = change(parent[name]);
  if (value !== undefined) parent[name] = value;
  else if (Array.isArray(parent)) parent.splice(Number(name), 1);
  else delete parent[name];
  return copy;
}

const CHANGES: Readonly<Record<string, (value: unknown) => unknown>> = {
  removed: () => undefined,
  'of another type': (value) => (typeof value === 'string' ? 7 : typeof value === 'number' ? 'seven' : 'other'),
  'a list': () => ['one'],
  'an object': () => ({ unknown: 'field' }),
  empty: (value) => (Array.isArray(value) ? [] : typeof value === 'object' ? {} : ''),
  odd: (value) => (typeof value === 'number' ? -70000.5 : typeof value === 'boolean' ? null : 'Not valid!'),
  twice: (value) => (Array.isArray(value) ? [...value, ...value] : `${String(value)}${String(value)}`),
  long: (value) => (Array.isArray(value) ? Array(300).fill(value[0]) : 'x'.repeat(5000)),
};

/** The same ones each time. */
export function mutants(accepted: readonly Sample[], count: number): Sample[] {
  const samples = accepted.filter(({ object }) => object.spec !== undefined);
  const random = seededRandom(7);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.fraction() * list.length)] as T;
  const found: Sample[] = [];
  if (samples.length === 0) return found;
  while (found.length < count) {
    const { title, object } = pick(samples);
    const path = pick(
      places({ spec: object.spec, status: object.status }).filter((one) => at(object, one) !== undefined),
    );
    const [what, change] = pick(Object.entries(CHANGES));
    found.push({ title: `${title}: ${path.join('.')} ${what}`, object: changed(object, path, change) });
  }
  return found;
}
