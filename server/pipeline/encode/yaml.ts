/** Few clients ask for YAML, and what writes it is large: it is loaded when the first one does. */
let write: ((value: unknown) => string) | undefined;

/** Makes {@link toYaml} usable. */
export async function loadYaml(): Promise<void> {
  write ??= (await import('./yaml-writer.ts')).writeYaml;
}

/** YAML as kube-apiserver writes it. {@link loadYaml} comes first. */
export function toYaml(value: unknown): string {
  if (!write) throw new Error('loadYaml() was not awaited before toYaml()');
  return write(value);
}
