import { type Frozen, getOwn } from '../base/freeze.ts';
import type { KubeObject } from './object.ts';

/** The class that an annotation marks as the default; of several the newest, and of those the first by name. */
export function defaultClassName(
  classes: readonly Frozen<KubeObject>[],
  annotations: readonly string[],
): string | undefined {
  const marked = classes.filter(({ metadata }) =>
    annotations.some((key) => getOwn(metadata.annotations, key) === 'true'),
  );
  return marked.sort(newestFirst)[0]?.metadata.name;
}

function newestFirst({ metadata: a }: Frozen<KubeObject>, { metadata: b }: Frozen<KubeObject>): number {
  const [timeA = '', timeB = ''] = [a.creationTimestamp, b.creationTimestamp];
  if (timeA !== timeB) return timeA < timeB ? 1 : -1;
  return (a.name ?? '') < (b.name ?? '') ? -1 : 1;
}
