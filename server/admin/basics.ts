/** `/-/kubeconfig`, `/-/reset`, `/-/fidelity`. */
import { type AdminRoute, STATUS, SUCCESS, schema } from './route.ts';

export const basics: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/kubeconfig',
    summary: 'a kubeconfig of the administrator',
    answer: { mediaType: 'application/yaml' },
    handle: async (target) => ({
      type: 'bytes',
      status: 200,
      mediaType: 'application/yaml',
      body: target.kubeconfig(),
    }),
  },
  {
    method: 'POST',
    path: '/reset',
    summary: 'back to how the cluster was when it became ready, fixtures included',
    answer: STATUS,
    handle: async (target) => {
      await target.reset();
      return SUCCESS;
    },
  },
  {
    method: 'GET',
    path: '/fidelity',
    summary: 'what clients have asked for, and how faithfully it was answered',
    answer: schema.any,
    handle: async (target) => target.fidelity(),
  },
];
