/** Cells that several kinds print the same way: pkg/printers/internalversion. */
import type { Frozen } from '../../base/freeze.ts';
import { getOwn } from '../../base/freeze.ts';
import type { Container } from '../../kube/types.gen.ts';

/** `a=b,c=d`, or `<none>`: labels.FormatLabels. */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const keys = Object.keys(labels ?? {}).sort();
  return keys.length === 0 ? '<none>' : keys.map((key) => `${key}=${getOwn(labels, key) ?? ''}`).join(',');
}

/** The names of containers, joined by commas. */
export function containerNames(containers: readonly Frozen<Container>[] | null | undefined): string {
  return (containers ?? []).map(({ name }) => name).join(',');
}

/** The images of containers, joined by commas. */
export function containerImages(containers: readonly Frozen<Container>[] | null | undefined): string {
  return (containers ?? []).map(({ image }) => image ?? '').join(',');
}

const ACCESS_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** The short forms of access modes, always in the same order. */
export function formatAccessModes(modes: readonly string[] | undefined): string {
  return Object.keys(ACCESS_MODES)
    .filter((mode) => modes?.includes(mode))
    .map((mode) => ACCESS_MODES[mode])
    .join(',');
}
