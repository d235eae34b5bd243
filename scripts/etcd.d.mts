/** See etcd.mjs. */
export function etcdOfModule(): { readonly command: string; readonly version: string };
export function buildEtcd(): string | undefined;
