/** Field selectors: k8s.io/apimachinery/pkg/fields. */

export interface FieldRequirement {
  readonly field: string;
  readonly negated: boolean;
  readonly value: string;
}

export type FieldSelector = readonly FieldRequirement[];

/** Cuts at commas that no backslash protects. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === '\\') i++;
    else if (c === ',') {
      terms.push(text.slice(start, i));
      start = i + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function unescapeValue(text: string): string {
  let value = '';
  let escaped = false;
  for (const c of text) {
    if (escaped) {
      if (c !== '\\' && c !== ',' && c !== '=')
        throw new Error(`invalid field selector: invalid escape sequence: \\${c}`);
      value += c;
      escaped = false;
    } else if (c === ',' || c === '=') {
      // Upstream prints the number of the character.
      throw new Error(`invalid field selector: unescaped character in value: ${c.codePointAt(0)}`);
    } else if (c === '\\') escaped = true;
    else value += c;
  }
  if (escaped) throw new Error('invalid field selector: invalid escape sequence: \\');
  return value;
}

/**
 * Reads the text of a `fieldSelector` parameter. Which fields there are is the resource's affair.
 *
 * @throws Error with upstream's message
 * @example
 * parseFieldSelector('metadata.name=web,status.phase!=Running')
 */
export function parseFieldSelector(text: string): FieldSelector {
  const requirements: FieldRequirement[] = [];
  // Upstream looks at them in this order, which decides what it complains about first.
  for (const term of splitTerms(text).sort()) {
    if (term === '') continue;
    const match = /!=|==|=/.exec(term);
    if (!match) throw new Error(`invalid selector: '${text}'; can't understand '${term}'`);
    const field = term.slice(0, match.index);
    const value = unescapeValue(term.slice(match.index + match[0].length));
    // Nothing equal to nothing matches everything.
    if (field !== '' || value !== '') requirements.push({ field, negated: match[0] === '!=', value });
  }
  return requirements;
}

/** The value that a field must have, when the selector asks for exactly one. */
export function exactField(selector: FieldSelector, field: string): string | undefined {
  return selector.find((requirement) => requirement.field === field && !requirement.negated)?.value;
}
