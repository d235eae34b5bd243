/**
 * Several errors as one text: k8s.io/apimachinery/pkg/util/errors.Aggregate.
 *
 * @example
 * aggregated(['a', 'b', 'a']) // '[a, b]'
 */
export function aggregated(messages: readonly string[]): string {
  const [first = '', ...more] = new Set(messages);
  return more.length === 0 ? first : `[${[first, ...more].join(', ')}]`;
}
