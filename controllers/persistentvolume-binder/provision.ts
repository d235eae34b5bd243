import { getOwn } from '../../server/base/freeze.ts';
import { goQuote } from '../../server/kube/go-quote.ts';
import { storageClassName } from '../../server/kube/storage-class.ts';
import { annotated, OLD_STORAGE_PROVISIONER, STORAGE_PROVISIONER } from '../lib/volumes/annotations.ts';
import type { Claim } from '../lib/volumes/matching.ts';
import type { View } from './view.ts';

/** In-tree drivers whose work CSI drivers do now: csi-translation-lib/plugins. */
const MIGRATED: Readonly<Record<string, string>> = {
  'kubernetes.io/aws-ebs': 'ebs.csi.aws.com',
  'kubernetes.io/azure-disk': 'disk.csi.azure.com',
  'kubernetes.io/azure-file': 'file.csi.azure.com',
  'kubernetes.io/cinder': 'cinder.csi.openstack.org',
  'kubernetes.io/gce-pd': 'pd.csi.storage.gke.io',
  'kubernetes.io/portworx-volume': 'pxd.portworx.com',
  'kubernetes.io/vsphere-volume': 'csi.vsphere.vmware.com',
};

/** Nothing fits, but the claim's class may say who makes volumes: whoever that is finds its name on the claim. */
export async function askProvisioner(view: View, claim: Claim): Promise<void> {
  const className = storageClassName(claim);
  const storageClass = view.storageClass(className);
  const fail = (message: string): void => view.env.event(claim, 'Warning', 'ProvisioningFailed', message);
  if (!storageClass) return fail(`storageclass.storage.k8s.io ${goQuote(className)} not found`);
  const { provisioner } = storageClass;
  const name = getOwn(MIGRATED, provisioner) ?? provisioner;
  if (name.startsWith('kubernetes.io/')) return fail(`no volume plugin matched name: ${name}`);
  const isAsked = getOwn(claim.metadata.annotations, STORAGE_PROVISIONER) === name;
  const asked = isAsked
    ? claim
    : await view.writeClaim(annotated(claim, { [OLD_STORAGE_PROVISIONER]: name, [STORAGE_PROVISIONER]: name }));
  const message =
    `Waiting for a volume to be created either by the external provisioner '${name}' or manually by the system ` +
    'administrator. If volume creation is delayed, please verify that the provisioner is running and correctly ' +
    'registered.';
  view.env.event(asked, 'Normal', 'ExternalProvisioning', message);
}
