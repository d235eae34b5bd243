import { built, type Program } from '../runner/program.ts';
import { versionInCargoLock } from '../runner/versions.ts';

const FOLDER = 'test/clients/rust';

/** Programs of one crate, built together. */
const program = (name: string, does: string, needs?: string): Program => ({
  name: `rust/${name}`,
  client: 'kube',
  version: versionInCargoLock(`${FOLDER}/Cargo.lock`, 'kube'),
  does,
  folder: FOLDER,
  build: [['cargo', 'build', '--locked', '--target-dir', built('cargo')]],
  run: [built('cargo', 'debug', name)],
  ...(needs === undefined ? {} : { needs }),
});

export const RUST_PROGRAMS: readonly Program[] = [
  program('client', 'typed and dynamic Api, watches, patches, subresources, discovery', 'needs/client.yaml'),
  program('watcher', 'watcher, reflector, predicates, conditions'),
  program(
    'controller',
    'Controller of a derived CustomResource: finalizer, owned objects, Events',
    'needs/controller.yaml',
  ),
  program('crd', 'derived CustomResourceDefinition: CEL, defaults, versions, scale, columns', 'needs/crd.yaml'),
  program('leases', 'leader election with kube-lease-manager, and Leases by hand'),
  program('pods', 'exec, attach, cp, port-forward, logs, ephemeral containers, resize, binding', 'needs/pods.yaml'),
];
