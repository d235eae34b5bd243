const EVERY = '@every ';
const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** The whole seconds of `@every 1h30m`, one at least; undefined for any other schedule. */
export function everyMs(text: string): number | undefined {
  if (!text.startsWith(EVERY)) return undefined;
  let sumMs = 0;
  for (const [, amount, unit = ''] of text.slice(EVERY.length).matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    sumMs += Number(amount) * (UNIT_MS[unit] ?? 0);
  }
  return Math.max(1000, Math.floor(sumMs / 1000) * 1000);
}
