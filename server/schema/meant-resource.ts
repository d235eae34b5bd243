import { builtInTypes, type ResourceInfo } from './type-table.ts';

/**
 * The plural that somebody means who writes `pod`, `Pod` or `deploy`; undefined for what may be one.
 *
 * @example
 * meantResource('cm') // 'configmaps'
 */
export function meantResource(word: string): string | undefined {
  const all: ResourceInfo[] = builtInTypes().groups.flatMap(({ versions }) => versions.flatMap((one) => one.resources));
  if (all.some(({ resource }) => resource === word)) return undefined;
  const lower = word.toLowerCase();
  const meant = all.find(
    ({ resource, singular, shortNames }) => resource === lower || singular === lower || shortNames.includes(lower),
  );
  return meant?.resource;
}
