/** The flag `--kubeconfig` of all commands that ask a running cluster: they find it in the same way. */
import { Option } from 'commander';

/** Where `fauxkube start` writes the kubeconfig unless told otherwise. */
export const KUBECONFIG = '.fauxkube/kubeconfig';

/** The flag; without it KUBECONFIG, as kubectl has it, and then the file of a server that was started here. */
export const kubeconfigOption = (description = 'kubeconfig of an administrator of the cluster'): Option =>
  new Option('--kubeconfig <file>', description).env('KUBECONFIG').default(KUBECONFIG);
