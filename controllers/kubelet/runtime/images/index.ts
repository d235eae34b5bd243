import type { Program } from '../machine/program.ts';

/** Loads a program when it runs first: most clusters start few of these images. */
const lazy =
  (load: () => Promise<Program>): Program =>
  async (process, args, name) => {
    const program = await load();
    // Somebody may have ended it meanwhile.
    await process.step();
    return program(process, args, name);
  };

/** Programs that only certain images have, by the names that files about images call them by. */
export const imagePrograms: ReadonlyMap<string, Program> = new Map([
  ['agnhost', lazy(async () => (await import('./agnhost/index.ts')).agnhost)],
  ['apache', lazy(async () => (await import('./apache.ts')).apache)],
  ['http-echo', lazy(async () => (await import('./http-echo.ts')).httpEcho)],
  ['docker-entrypoint', lazy(async () => (await import('./docker-entrypoint.ts')).dockerEntrypoint)],
  ['nonewprivs', lazy(async () => (await import('./nonewprivs.ts')).nonewprivs)],
  ['etcd', lazy(async () => (await import('./etcd.ts')).etcd)],
  ['nginx', lazy(async () => (await import('./nginx/index.ts')).nginx)],
  ['pause-image', lazy(async () => (await import('./pause.ts')).pause)],
  ['sample-apiserver', lazy(async () => (await import('./sample-apiserver/index.ts')).sampleApiserver)],
]);
