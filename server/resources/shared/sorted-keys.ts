/** The same entries in the order in which Go prints maps. */
export function sortedKeys<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** Entries that are missing from `record`, taken from `from`; the result is sorted and new. */
export function withMissing<Value>(
  record: Readonly<Record<string, Value>> | undefined,
  from: Readonly<Record<string, Value>> | undefined,
): Record<string, Value> {
  return sortedKeys({ ...from, ...record });
}
