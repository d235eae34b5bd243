/**
 * What a field means that takes a number or a percentage of `total` (intstr.GetScaledValueFromIntOrPercent).
 *
 * @param round how a percentage becomes a whole number
 */
export function scaled(value: number | string | undefined, total: number, round: (value: number) => number): number {
  if (typeof value !== 'string') return value ?? 0;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  return percent === undefined ? 0 : round((Number(percent) * total) / 100);
}
