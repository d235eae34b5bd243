/** Rules for volumes that put several things into one folder, and for files that tell a pod about itself. */
import type { Frozen } from '../../base/freeze.ts';
import { domainPrefixedPathProblems } from '../../kube/domain-path.ts';
import { type FieldProblem, forbiddenField, invalid, notSupported, required } from '../../kube/field-problem.ts';
import type {
  ClusterTrustBundleProjection,
  DownwardAPIVolumeFile,
  KeyToPath,
  PodCertificateProjection,
  ProjectedVolumeSource,
  ServiceAccountTokenProjection,
  VolumeProjection,
} from '../../kube/types.gen.ts';
import { fileModeProblems, idProblems, keyToPathProblems, localPathProblems } from './path-rules.ts';
import { fieldRefProblems, resourceFieldProblems, VOLUME_FIELDS } from './pod-spec-rules-fields.ts';
import { selectorProblems } from './selector-rules.ts';
import { longestCertificateSeconds } from './signer-names.ts';

const TOKEN_SECONDS_MIN = 600;
const TOKEN_SECONDS_MAX = 2 ** 32;
const KEY_TYPES = ['RSA3072', 'RSA4096', 'ECDSAP256', 'ECDSAP384', 'ECDSAP521', 'ED25519'];
const CONFLICT = 'conflicting duplicate paths';

/** A file that holds a field of the pod or a resource of a container. */
export function downwardFileProblems(file: Frozen<DownwardAPIVolumeFile>, path: string): FieldProblem[] {
  const problems = file.path === '' ? [required(`${path}.path`)] : [];
  problems.push(...localPathProblems(`${path}.path`, file.path));
  if (file.fieldRef) {
    problems.push(...fieldRefProblems(file.fieldRef, `${path}.fieldRef`, VOLUME_FIELDS));
    const detail = 'fieldRef and resourceFieldRef can not be specified simultaneously';
    if (file.resourceFieldRef) problems.push(invalid(path, 'resource', detail));
  } else if (file.resourceFieldRef) {
    problems.push(...resourceFieldProblems(file.resourceFieldRef, `${path}.resourceFieldRef`, true));
  } else problems.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
  return [...problems, ...fileModeProblems(`${path}.mode`, file.mode), ...idProblems(`${path}.user`, file.user)];
}

/** The paths that the sources of one volume write to. */
class Targets {
  readonly #path: string;
  readonly #taken = new Set<string>();

  constructor(path: string) {
    this.#path = path;
  }

  /** @param shown the value that the message shows: the path, or the name of what is projected */
  add(target: string, shown = target): FieldProblem[] {
    if (this.#taken.has(target)) return [invalid(this.#path, shown, CONFLICT)];
    this.#taken.add(target);
    return [];
  }
}

type Keyed = Frozen<{ name?: string; items?: KeyToPath[] }>;

function keyedProblems({ name = '', items = [] }: Keyed, path: string, targets: Targets): FieldProblem[] {
  const problems = name === '' ? [required(`${path}.name`)] : [];
  items.forEach((item, i) => {
    problems.push(...keyToPathProblems(`${path}.items[${i}]`, item));
    if (item.path !== '') problems.push(...targets.add(item.path, name));
  });
  return problems;
}

/** Upstream's messages about the path of a token name the volume instead of the source. */
function tokenProblems(token: Frozen<ServiceAccountTokenProjection>, path: string, volumePath: string): FieldProblem[] {
  const { expirationSeconds: seconds, path: target, user } = token;
  const at = `${path}.expirationSeconds`;
  const problems: FieldProblem[] = [];
  if (seconds === undefined) problems.push(required(at));
  else if (seconds < TOKEN_SECONDS_MIN)
    problems.push(invalid(at, seconds, 'may not specify a duration less than 10 minutes'));
  else if (seconds > TOKEN_SECONDS_MAX)
    problems.push(invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds'));
  if (target === '') problems.push(required(`${volumePath}.path`));
  else problems.push(...localPathProblems(`${volumePath}.path`, target));
  return [...problems, ...idProblems(`${path}.user`, user)];
}

function bundleProblems(bundle: Frozen<ClusterTrustBundleProjection>, path: string, targets: Targets): FieldProblem[] {
  const { name, signerName, labelSelector, user } = bundle;
  const problems: FieldProblem[] = [];
  if (name !== undefined && signerName !== undefined) {
    problems.push(invalid(path, bundle, 'only one of name and signerName may be used'));
  } else if (name !== undefined) {
    if (name === '') problems.push(required(`${path}.name`, 'must be a valid object name'));
    const detail = 'labelSelector must be unset if name is specified';
    if (labelSelector) problems.push(invalid(`${path}.labelSelector`, labelSelector, detail));
  } else if (signerName !== undefined) {
    if (signerName === '') problems.push(required(`${path}.signerName`, 'must be a valid signer name'));
    problems.push(...domainPrefixedPathProblems(`${path}.signerName`, signerName));
    problems.push(...selectorProblems(labelSelector, `${path}.labelSelector`));
  } else problems.push(required(path, 'either name or signerName must be specified'));
  if (bundle.path === '') problems.push(required(`${path}.path`));
  problems.push(...idProblems(`${path}.user`, user), ...localPathProblems(`${path}.path`, bundle.path));
  return [...problems, ...targets.add(bundle.path)];
}

function certificateProblems(
  certificate: Frozen<PodCertificateProjection>,
  path: string,
  targets: Targets,
): FieldProblem[] {
  const { signerName = '', keyType = '', maxExpirationSeconds: seconds, user } = certificate;
  const problems = [
    ...domainPrefixedPathProblems(`${path}.signerName`, signerName),
    ...idProblems(`${path}.user`, user),
  ];
  if (!KEY_TYPES.includes(keyType)) problems.push(notSupported(`${path}.keyType`, keyType, KEY_TYPES));
  const most = longestCertificateSeconds(signerName);
  const bound = seconds === undefined ? '' : seconds < 3600 ? '>= 3600' : seconds > most ? `<= ${most}` : '';
  if (bound !== '') {
    problems.push(
      invalid(`${path}.maxExpirationSeconds`, seconds, `if provided, maxExpirationSeconds must be ${bound}`),
    );
  }
  const targetFields = ['credentialBundlePath', 'keyPath', 'certificateChainPath'] as const;
  const present = targetFields.filter((field) => certificate[field]);
  for (const field of present) {
    const target = certificate[field] ?? '';
    problems.push(...localPathProblems(`${path}.${field}`, target), ...targets.add(target));
  }
  if (present.length > 0) return problems;
  return [
    ...problems,
    required(path, 'specify at least one of credentialBundlePath, keyPath, and certificateChainPath'),
  ];
}

function projectionProblems(
  projection: Frozen<VolumeProjection>,
  path: string,
  volumePath: string,
  targets: Targets,
): FieldProblem[] {
  const { secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = projection;
  const problems: FieldProblem[] = [];
  if (secret) problems.push(...keyedProblems(secret, `${path}.secret`, targets));
  if (configMap) problems.push(...keyedProblems(configMap, `${path}.configMap`, targets));
  for (const file of downwardAPI?.items ?? []) {
    problems.push(...downwardFileProblems(file, `${path}.downwardAPI`));
    if (file.path !== '') problems.push(...targets.add(file.path));
  }
  if (serviceAccountToken)
    problems.push(...tokenProblems(serviceAccountToken, `${path}.serviceAccountToken`, volumePath));
  if (clusterTrustBundle) problems.push(...bundleProblems(clusterTrustBundle, `${path}.clusterTrustBundle`, targets));
  if (podCertificate) problems.push(...certificateProblems(podCertificate, `${path}.podCertificate`, targets));
  const count = Object.values(projection).filter((source) => source !== undefined).length;
  if (count > 1) problems.push(forbiddenField(path, 'may not specify more than 1 volume type per source'));
  return problems;
}

/** Sources in which no problem was found. All pods with a token share that of its volume. */
const soundSources = new WeakSet<Frozen<ProjectedVolumeSource>>();

/** Rules of a projected volume. */
export function projectedProblems(source: Frozen<ProjectedVolumeSource>, path: string): FieldProblem[] {
  if (soundSources.has(source)) return [];
  const { sources, defaultMode, defaultUser } = source;
  const targets = new Targets(path);
  const problems = [
    ...fileModeProblems(`${path}.defaultMode`, defaultMode),
    ...idProblems(`${path}.defaultUser`, defaultUser),
    ...(sources ?? []).flatMap((item, i) => projectionProblems(item, `${path}.sources[${i}]`, path, targets)),
  ];
  if (problems.length === 0 && Object.isFrozen(source)) soundSources.add(source);
  return problems;
}
