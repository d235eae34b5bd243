/** Ingresses that name no class get the default one: DefaultIngressClass. */
import { getOwn } from '../base/freeze.ts';
import type { Ingress } from '../kube/types.gen.ts';
import { defaultClassName } from './default-class.ts';
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
      const name = defaultClassName(env.list('ingressclasses.networking.k8s.io'), [IS_DEFAULT]);
      if (name !== undefined) ingress.spec = { ...ingress.spec, ingressClassName: name };
    },
  };
}
