/** A number, or a percentage of `total` made whole by `round` (intstr.GetScaledValueFromIntOrPercent). */
export function scaledValue(
  value: number | string | undefined,
  total: number,
  round: (value: number) => number,
): number {
  if (typeof value !== 'string') return value ?? 0;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  return percent === undefined ? 0 : round((Number(percent) * total) / 100);
}
