/** The kinds of upstream's sample API server: k8s.io/sample-apiserver/pkg/apis/wardle. */
import type { ExtensionKind } from '../../../../../server/kube/extension-server.ts';
import { type FieldProblem, invalid } from '../../../../../server/kube/field-problem.ts';
import type { KubeObject } from '../../../../../server/kube/object.ts';

const GROUP = 'wardle.example.com';
const ALPHA = `${GROUP}/v1alpha1`;
const BETA = `${GROUP}/v1beta1`;

/** A Flunder's spec in each version; neither is required to have anything. */
interface FlunderSpec {
  readonly reference?: string;
  readonly flunderReference?: string;
  readonly fischerReference?: string;
  readonly referenceType?: string;
}

type Flunder = KubeObject & { spec?: FlunderSpec; status?: object };

const text = (description: string): object => ({ type: 'string', description });

function version(name: string, storage: boolean, properties: Record<string, object>): Record<string, unknown> {
  const openAPIV3Schema = { type: 'object', properties };
  return { name, served: true, storage, schema: { openAPIV3Schema } };
}

const flunder = (spec: Record<string, object>): Record<string, object> => ({
  spec: { type: 'object', properties: spec },
  status: { type: 'object' },
});

/** As the internal version has it, whatever a client speaks. */
function internal({ apiVersion, spec = {} }: Flunder): FlunderSpec {
  if (apiVersion !== ALPHA) return spec;
  const { reference = '', referenceType } = spec;
  if (referenceType === 'Flunder') return { referenceType, flunderReference: reference };
  if (referenceType === 'Fischer') return { referenceType, fischerReference: reference };
  return {};
}

/** Without what is empty, as Go leaves it out. */
const present = (spec: FlunderSpec): FlunderSpec =>
  Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined && value !== ''));

function converted(object: Flunder, apiVersion: string): KubeObject {
  const { flunderReference = '', fischerReference = '', referenceType = '' } = internal(object);
  const reference = referenceType === 'Fischer' ? fischerReference : flunderReference;
  const isKnown = referenceType === 'Flunder' || referenceType === 'Fischer';
  const alpha = isKnown ? { reference, referenceType } : {};
  const spec = present(apiVersion === BETA ? { flunderReference, fischerReference, referenceType } : alpha);
  return { ...object, apiVersion, spec } as KubeObject;
}

/** ValidateFlunderSpec. */
function problems(object: Flunder): readonly FieldProblem[] {
  const { flunderReference = '', fischerReference = '', referenceType = '' } = internal(object);
  const found: FieldProblem[] = [];
  const wrong = (field: string, value: string, detail: string): void => {
    found.push(invalid(`spec.${field}`, value, detail));
  };
  if (flunderReference !== '' && fischerReference !== '')
    wrong('fischerReference', fischerReference, 'cannot be set with flunderReference at the same time');
  else if (flunderReference !== '' && referenceType !== 'Flunder')
    wrong('flunderReference', flunderReference, 'cannot be set if referenceType is not Flunder');
  else if (fischerReference !== '' && referenceType !== 'Fischer')
    wrong('fischerReference', fischerReference, 'cannot be set if referenceType is not Fischer');
  else if (fischerReference === '' && referenceType === 'Fischer')
    wrong('fischerReference', fischerReference, 'cannot be empty if referenceType is Fischer');
  else if (flunderReference === '' && referenceType === 'Flunder')
    wrong('flunderReference', flunderReference, 'cannot be empty if referenceType is Flunder');
  if (referenceType !== '' && referenceType !== 'Fischer' && referenceType !== 'Flunder')
    wrong('referenceType', referenceType, 'must be Flunder or Fischer');
  return found;
}

function fillIn(object: Flunder): void {
  const { reference = '', referenceType = '' } = object.spec ?? {};
  const isDefaulted = object.apiVersion === ALPHA && referenceType === '' && reference !== '';
  object.spec = isDefaulted ? { ...object.spec, referenceType: 'Flunder' } : (object.spec ?? {});
  object.status ??= {};
}

type Fischer = KubeObject & { readonly disallowedFlunders?: readonly string[] };

/** The admission plugin BanFlunder. */
function ban({ metadata: { name } }: KubeObject, find: (plural: string) => readonly KubeObject[]): string | undefined {
  const isBanned = find('fischers').some((fischer) =>
    (fischer as Fischer).disallowedFlunders?.some((disallowed) => disallowed === name),
  );
  return isBanned ? 'this name may not be used, please change the resource name' : undefined;
}

export const WARDLE: readonly ExtensionKind[] = [
  {
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { plural: 'flunders', singular: 'flunder', kind: 'Flunder', listKind: 'FlunderList' },
      versions: [
        version(
          'v1beta1',
          false,
          flunder({
            flunderReference: text('A name of another flunder, mutually exclusive to the FischerReference.'),
            fischerReference: text('A name of a fischer, mutually exclusive to the FlunderReference.'),
            referenceType: text('The reference type.'),
          }),
        ),
        version(
          'v1alpha1',
          true,
          flunder({
            reference: text('A name of another flunder or fischer, depending on the reference type.'),
            referenceType: text('The reference type, defaults to "Flunder" if reference is set.'),
          }),
        ),
      ] as ExtensionKind['spec']['versions'],
    },
    fillIn: (object) => fillIn(object as Flunder),
    problems: (object) => problems(object as Flunder),
    ban,
    convert: (object, apiVersion) => converted(object as Flunder, apiVersion),
  },
  {
    spec: {
      group: GROUP,
      scope: 'Cluster',
      names: { plural: 'fischers', singular: 'fischer', kind: 'Fischer', listKind: 'FischerList' },
      versions: [
        version('v1alpha1', true, {
          disallowedFlunders: {
            type: 'array',
            description: 'DisallowedFlunders holds a list of Flunder.Names that are disallowed.',
            items: { type: 'string' },
            'x-kubernetes-list-type': 'atomic',
          },
        }),
      ] as ExtensionKind['spec']['versions'],
    },
  },
];
