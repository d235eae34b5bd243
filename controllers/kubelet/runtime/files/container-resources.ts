/** Resources of a container that it may ask for: k8s.io/kubernetes/pkg/api/v1/resource. */
import { type Frozen, getOwn } from '../../../../server/base/freeze.ts';
import { quantityMilliValue, quantityValue } from '../../../../server/kube/quantity.ts';
import type { Node, Pod, ResourceFieldSelector } from '../../../../server/kube/types.gen.ts';
import type { AnyContainer } from '../pod-runtime.ts';
import { ConfigProblem } from './sources.ts';

type Amounts = Readonly<Record<string, string>>;

/** A container without a limit may use what its pod may, or its node. */
const DEFAULTED: readonly string[] = ['cpu', 'memory', 'ephemeral-storage'];

const isZero = (amount: string | undefined): boolean => amount === undefined || quantityMilliValue(amount) === 0;

/** How many divisors an amount has, rounded up. */
function divided(resource: string, amount: string, divisor: string | undefined): string {
  const by = divisor === undefined || isZero(divisor) ? '1' : divisor;
  const value = resource === 'cpu' ? quantityMilliValue : quantityValue;
  return String(Math.ceil(value(amount) / value(by)));
}

function amountOf({ resources }: AnyContainer, wanted: string, defaults: Amounts): readonly [string, string] {
  const [, bound, resource = ''] = /^(requests|limits)\.(.+)$/.exec(wanted) ?? [];
  const isDefaulted = DEFAULTED.includes(resource);
  if (bound === undefined || !(isDefaulted || resource.startsWith('hugepages-')))
    throw new ConfigProblem(`unsupported container resource : ${wanted}`);
  const own = getOwn(bound === 'limits' ? resources?.limits : resources?.requests, resource);
  if (bound === 'requests' || !isDefaulted) return [resource, own ?? '0'];
  return [resource, own !== undefined && !isZero(own) ? own : (getOwn(defaults, resource) ?? own ?? '0')];
}

/** The container that a selector names. */
function named(pod: Frozen<Pod>, name: string): AnyContainer {
  const { containers, initContainers } = pod.spec;
  const found = [...(containers ?? []), ...(initContainers ?? [])].find((container) => container.name === name);
  if (!found) throw new ConfigProblem(`container ${name} not found`);
  return found;
}

const allocatableOf = (node: Frozen<Node> | undefined): Amounts => node?.status.allocatable ?? {};

/**
 * An amount that a file may hold.
 *
 * @throws ConfigProblem
 */
export function resourceFile(pod: Frozen<Pod>, selector: Frozen<ResourceFieldSelector>, node?: Frozen<Node>): string {
  const container = named(pod, selector.containerName ?? '');
  const [resource, amount] = amountOf(container, selector.resource, allocatableOf(node));
  return divided(resource, amount, selector.divisor);
}

/**
 * An amount that a variable may hold. Here the limits of the pod count, too.
 *
 * @throws ConfigProblem
 */
export function resourceVariable(
  pod: Frozen<Pod>,
  container: AnyContainer,
  selector: Frozen<ResourceFieldSelector>,
  node?: Frozen<Node>,
): string {
  const { containerName } = selector;
  const defaults: Record<string, string> = { ...allocatableOf(node) };
  for (const resource of DEFAULTED) {
    const ofPod = getOwn(pod.spec.resources?.limits, resource);
    if (ofPod !== undefined && !isZero(ofPod) && Object.hasOwn(defaults, resource)) defaults[resource] = ofPod;
  }
  const isOther = containerName !== undefined && containerName !== '';
  const isInit = isOther && pod.spec.initContainers?.some(({ name }) => name === containerName);
  const [resource, amount] = amountOf(
    isOther ? named(pod, containerName) : container,
    selector.resource,
    // Upstream gives nothing to init containers that others ask about.
    isInit ? {} : defaults,
  );
  return divided(resource, amount, selector.divisor);
}
