/** Ingresses that name no class get the default one: DefaultIngressClass. */
import { getOwn } from '../base/freeze.ts';
import { defaultClassName } from '../kube/default-class.ts';
import type { Ingress } from '../kube/types.gen.ts';
import { type AdmissionEnv, type AdmissionPlugin, isObjectOf } from './plugin.ts';

const IS_DEFAULT = 'ingressclass.kubernetes.io/is-default-class';
/** Where ingresses named their class before they had a field for it. */
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

export function defaultIngressClass(env: AdmissionEnv): AdmissionPlugin {
  return {
    name: 'DefaultIngressClass',
    handles: (kind) => kind.operation === 'create' && isObjectOf(kind, 'ingresses', 'networking.k8s.io'),
    mutate({ object }) {
      const ingress = object as unknown as Ingress;
      if (ingress.spec?.ingressClassName !== undefined) return;
      if (getOwn(ingress.metadata.annotations, CLASS_ANNOTATION) !== undefined) return;
      const classes = env.list('ingressclasses.networking.k8s.io').map(({ value }) => value);
      const name = defaultClassName(classes, [IS_DEFAULT]);
      if (name !== undefined) ingress.spec = { ...ingress.spec, ingressClassName: name };
    },
  };
}
