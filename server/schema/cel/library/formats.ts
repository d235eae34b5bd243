import {
  dns1035Problems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  labelValueProblems,
  qualifiedNameProblems,
} from '../../../kube/names.ts';
import { type CelType, structType } from '../types/cel-type.ts';
import type { Library } from '../types/functions.ts';
import { readBytes, readDate, readDateTime } from '../values/readers.ts';
import { CelError, CelOpaque, CelOptional, type Value, ValueList } from '../values/value.ts';
import { parseUrl } from './go-url.ts';

const TYPE = structType('kubernetes.NamedFormat');

type Validate = (text: string) => readonly string[];

/** A format with a name. */
export class CelFormat extends CelOpaque {
  readonly type: CelType = TYPE;
  readonly name: string;
  readonly validate: Validate;
  /** The length of the pattern behind it, for the cost of a validation. */
  override readonly size: number;

  constructor(name: string, size: number, validate: Validate) {
    super();
    this.name = name;
    this.size = size;
    this.validate = validate;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof CelFormat && other.name === this.name;
  }
}

/** A name that only begins with the text may go on after a hyphen. */
const prefix =
  (validate: Validate): Validate =>
  (text) =>
    validate(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text);

const unless =
  (holds: (text: string) => boolean, problem: string): Validate =>
  (text) =>
    holds(text) ? [] : [problem];

const readable =
  (read: (text: string) => Value): ((text: string) => boolean) =>
  (text) =>
    !(read(text) instanceof CelError);

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

function uriProblems(text: string): readonly string[] {
  try {
    parseUrl(text, true);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

const FORMATS: Readonly<Record<string, CelFormat>> = {
  dns1123Label: new CelFormat('DNS1123Label', 30, dnsLabelProblems),
  dns1123Subdomain: new CelFormat('DNS1123Subdomain', 60, dnsSubdomainProblems),
  dns1035Label: new CelFormat('DNS1035Label', 30, dns1035Problems),
  qualifiedName: new CelFormat('QualifiedName', 60, qualifiedNameProblems),
  dns1123LabelPrefix: new CelFormat('DNS1123LabelPrefix', 30, prefix(dnsLabelProblems)),
  dns1123SubdomainPrefix: new CelFormat('DNS1123SubdomainPrefix', 60, prefix(dnsSubdomainProblems)),
  dns1035LabelPrefix: new CelFormat('DNS1035LabelPrefix', 30, prefix(dns1035Problems)),
  labelValue: new CelFormat('LabelValue', 40, labelValueProblems),
  uri: new CelFormat('URI', 1103, uriProblems),
  uuid: new CelFormat(
    'uuid',
    70,
    unless((text) => UUID.test(text), 'does not match the UUID format'),
  ),
  byte: new CelFormat('byte', 84, unless(readable(readBytes), 'invalid base64')),
  date: new CelFormat('date', 71, unless(readable(readDate), 'invalid date')),
  datetime: new CelFormat('datetime', 71, unless(readable(readDateTime), 'invalid datetime')),
};

function named(name: string): Value {
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  return format ? CelOptional.of(format) : CelOptional.none;
}

const constants: Library = Object.fromEntries(
  Object.entries(FORMATS).map(([name, format]) => [
    `format.${name}`,
    { [`format.${name}(): kubernetes.NamedFormat`]: () => format },
  ]),
);

export const NAMED_FORMATS: Library = {
  ...constants,
  'format.named': { 'format-named(string): optional_type(kubernetes.NamedFormat)': named },
  validate: {
    '.format-validate(kubernetes.NamedFormat, string): optional_type(list(string))': (
      format: CelFormat,
      text: string,
    ) => {
      const problems = format.validate(text);
      return problems.length === 0 ? CelOptional.none : CelOptional.of(new ValueList([...problems]));
    },
  },
};
