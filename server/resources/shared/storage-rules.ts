/** Rules that several kinds of storage.k8s.io share (pkg/apis/storage/validation). */
import { type FieldProblem, invalid, required, tooLong } from '../../kube/field-problem.ts';
import { qualifiedNameProblems } from '../../kube/names.ts';

const MAX_PARAMETERS = 512;
const MAX_PARAMETER_BYTES = 256 * 1024;

/** Names of provisioners and drivers; upper case does not matter. */
export function provisionerProblems(path: string, name: string): FieldProblem[] {
  if (name === '') return [];
  const lower = name.toLowerCase();
  return qualifiedNameProblems(lower).map((detail) => invalid(path, lower, detail));
}

/** Parameters of classes. The limit for their number is reported as a length: upstream's own choice. */
export function parameterProblems(
  parameters: Readonly<Record<string, string>> | undefined,
  mayBeEmpty: boolean,
): FieldProblem[] {
  const entries = Object.entries(parameters ?? {});
  if (entries.length > MAX_PARAMETERS) return [tooLong('parameters', MAX_PARAMETERS)];
  const problems: FieldProblem[] = [];
  let bytes = 0;
  for (const [key, value] of entries) {
    if (key === '') problems.push(invalid('parameters', key, 'field can not be empty.'));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > MAX_PARAMETER_BYTES) problems.push(tooLong('parameters', MAX_PARAMETER_BYTES));
  const none = 'must contain at least one key/value pair';
  if (!mayBeEmpty && entries.length === 0) problems.push(required('parameters', none));
  return problems;
}
