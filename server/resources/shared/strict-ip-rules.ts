/** Rules of newer fields, whose addresses have to be in canonical form: IsValidIP and IsValidCIDR. */
import { type FieldProblem, invalid } from '../../kube/field-problem.ts';
import { formatCidr, formatIp, parseCidr, parseIp } from '../../kube/ip-addresses.ts';
import { cidrProblems, ipProblems } from './ip-rules.ts';

const notCanonical = (path: string, text: string, canonical: string): FieldProblem[] =>
  canonical === text ? [] : [invalid(path, text, `must be in canonical form ("${canonical}")`)];

export function strictIpProblems(path: string, text: string): FieldProblem[] {
  const problems = ipProblems(path, text);
  const address = parseIp(text);
  return problems.length > 0 || !address ? problems : notCanonical(path, text, formatIp(address));
}

export function strictCidrProblems(path: string, text: string): FieldProblem[] {
  const problems = cidrProblems(path, text);
  const block = parseCidr(text);
  return problems.length > 0 || !block ? problems : notCanonical(path, text, formatCidr(block));
}
