/** How Go prints several errors at once, each text once: utilerrors.NewAggregate. */
export function aggregateText(texts: readonly string[]): string {
  const different = [...new Set(texts)];
  return different.length > 1 ? `[${different.join(', ')}]` : (different[0] ?? '');
}
