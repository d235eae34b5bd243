/** Flags of `fauxkube start`, as a program writes them. */

/** Values of flags: `true` for one that has none, a list for one that is repeated. */
export type Flags = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** `simulatedMetrics: true` is `--simulated-metrics`. */
export function argumentsOf(flags: Flags): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
    if (value === undefined || value === false) return [];
    if (value === true) return [flag];
    return (Array.isArray(value) ? value : [value]).map((one) => `${flag}=${String(one)}`);
  });
}
