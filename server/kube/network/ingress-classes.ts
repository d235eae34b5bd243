/** Which Ingresses are ours: as an ingress controller finds its own by their classes. */
import { type Frozen, getOwn } from '../../base/freeze.ts';
import { defaultClassName } from '../default-class.ts';
import type { Ingress, IngressClass } from '../types.gen.ts';

/** `spec.controller` of the classes that the ingress port serves. */
export const INGRESS_CONTROLLER = 'fauxkube.dev/ingress';

const IS_DEFAULT = 'ingressclass.kubernetes.io/is-default-class';
/** Where Ingresses named their class before they had a field for it. */
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

/**
 * Whether the ingress port serves an Ingress: its class is one of {@link INGRESS_CONTROLLER}. One without a class is
 * served when the default class is, or when there are no classes at all: then nobody else can be meant.
 */
export function isServedIngress(ingress: Frozen<Ingress>, classes: readonly Frozen<IngressClass>[]): boolean {
  const { metadata, spec } = ingress;
  const name =
    spec.ingressClassName ?? getOwn(metadata.annotations, CLASS_ANNOTATION) ?? defaultClassName(classes, [IS_DEFAULT]);
  if (name === undefined) return classes.length === 0;
  return classes.some((each) => each.metadata.name === name && each.spec.controller === INGRESS_CONTROLLER);
}
