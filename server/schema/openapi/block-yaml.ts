/** YAML as gnostic keeps the values of extensions and enums: in blocks, keys in their order. */

/** What YAML 1.2 would not read as a string. */
const NOT_A_STRING = /^(|~|true|True|TRUE|false|False|FALSE|null|Null|NULL|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)|<<)$/;
const NUMBER_OR_DATE =
  /^[-+]?(0x[\da-fA-F_]+|0o?[0-7_]+|0b[01_]+|\.?\d[\d_]*(\.\d*)?([eE][-+]?\d+)?|\d{4}-\d\d?-\d\d?.*)$/;

/** What a plain scalar must not look like. */
const SPECIAL = /^[#,[\]{}&*!|>'"%@`]|^[-?:]( |$)|^(---|\.\.\.)|: |:$| #|^ | $/;

function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  if (NOT_A_STRING.test(value) || NUMBER_OR_DATE.test(value) || !/^[\x20-\x7e]*$/.test(value))
    return JSON.stringify(value);
  return SPECIAL.test(value) ? `'${value.replaceAll("'", "''")}'` : value;
}

const isEmpty = (value: object): boolean => Object.keys(value).length === 0;

/** Lines of a value that begins in column `indent`; the first line is not indented yet. */
function lines(value: unknown, indent: number): string {
  const margin = ' '.repeat(indent);
  if (typeof value !== 'object' || value === null) return scalar(value);
  if (isEmpty(value)) return Array.isArray(value) ? '[]' : '{}';
  if (Array.isArray(value)) return value.map((item) => `- ${lines(item, indent + 2)}`).join(`\n${margin}`);
  // The emitter of Go goes on in the next column that four divides.
  const inner = 4 * Math.floor((indent + 4) / 4);
  return Object.entries(value)
    .map(([key, nested]: [string, unknown]) => {
      const isBlock = typeof nested === 'object' && nested !== null && !isEmpty(nested);
      return `${scalar(key)}:${isBlock ? `\n${' '.repeat(inner)}` : ' '}${lines(nested, inner)}`;
    })
    .join(`\n${margin}`);
}

/** @example blockYaml({ group: '', kind: 'Pod' }) // 'group: ""\nkind: Pod\n' */
export function blockYaml(value: unknown): string {
  return `${lines(value, 0)}\n`;
}
