import { type Frozen, getOwn } from '../../../../server/base/freeze.ts';
import { type Dial, isAnyPort, tcpPorts, type Upstream, type Upstreams } from '../../../../server/kube/pod-answers.ts';
import type { Pod } from '../../../../server/kube/types.gen.ts';
import type { ImageFamilies } from '../image-families.ts';
import type { AnyContainer } from '../pod-runtime.ts';
import { type Binding, parseBindings, UPSTREAMS } from './bindings.ts';

/** Which servers outside of the cluster are behind which ports of pods: by their annotation, then by their images. */
export class PodUpstreams {
  readonly #families: ImageFamilies;
  readonly #upstreams: Upstreams;

  constructor(families: ImageFamilies, upstreams: Upstreams) {
    this.#families = families;
    this.#upstreams = upstreams;
  }

  /** What is wrong with what a pod says. */
  complaint(pod: Frozen<Pod>): string | undefined {
    const bindings = annotated(pod);
    if (typeof bindings === 'string') return bindings;
    const denied = bindings.find(({ upstream }) => !this.#upstreams.allows(upstream));
    return denied && denialOf(denied.upstream);
  }

  /** @returns undefined for a port that no server is behind. One that is not allowed refuses. */
  find(pod: Frozen<Pod>, port: number): Dial | undefined {
    const upstream = this.#ofAnnotation(pod, port) ?? this.#ofImages(pod, port);
    if (!upstream) return undefined;
    if (!this.#upstreams.allows(upstream)) return () => Promise.reject(new Error(denialOf(upstream)));
    return () => this.#upstreams.connect(upstream);
  }

  #ofAnnotation(pod: Frozen<Pod>, port: number): Upstream | undefined {
    const bindings = annotated(pod);
    if (typeof bindings === 'string') return undefined;
    return upstreamOf(bindings, port, pod.spec.containers ?? [], () => isAnyPort(pod, port));
  }

  #ofImages({ spec }: Frozen<Pod>, port: number): Upstream | undefined {
    for (const container of spec.containers ?? []) {
      const { upstreams, ports } = this.#families.of(container.image ?? '');
      const own = [...ports, ...tcpPorts([container])];
      const found = upstreamOf(upstreams, port, [container], () => own.length === 0 || own.includes(port));
      if (found) return found;
    }
    return undefined;
  }
}

/** What to say to whoever names a server that is not allowed. */
export function denialOf({ host, port }: Upstream): string {
  const server = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return `upstream ${server} is not allowed: start fauxkube with --upstreams ${server}`;
}

function annotated({ metadata }: Frozen<Pod>): readonly Binding[] | string {
  const text = getOwn(metadata.annotations, UPSTREAMS);
  return text === undefined ? [] : parseBindings(text);
}

/** A port that is named comes before all ports. */
function upstreamOf(
  bindings: readonly Binding[],
  port: number,
  containers: readonly AnyContainer[],
  isAny: () => boolean,
): Upstream | undefined {
  const names = containers
    .flatMap(({ ports }) => ports ?? [])
    .filter(({ containerPort }) => containerPort === port)
    .map(({ name }) => name);
  const named = bindings.find(
    (each) => each.port === port || (each.port !== undefined && names.includes(`${each.port}`)),
  );
  return (named ?? bindings.find((each) => each.port === undefined && isAny()))?.upstream;
}
