// Records what Kubernetes' own libraries make of expressions. Needs Go, and no server.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { expressionGroups } from '../../support/cel-cases.ts';

const groups = expressionGroups();
const cases = groups.flatMap(({ name, expressions, ...about }) =>
  expressions.map((expression) => ({ name, input: { ...about, expression } })),
);
const input = JSON.stringify(cases.map((one) => one.input));
const options = { cwd: 'test/golden/record/cel', input, maxBuffer: 1 << 28 };
const answers = JSON.parse(execFileSync('go', ['run', '.'], options).toString()) as object[];
const lines = cases.map(({ name, input: { expression } }, index) =>
  JSON.stringify({ group: name, expression, ...answers[index] }),
);
const file = 'test/golden/cel/expressions.json';
writeFileSync(
  file,
  `{\n  "recordedFrom": "k8s.io/apiserver v0.37.2",\n  "cases": [\n    ${lines.join(',\n    ')}\n  ]\n}\n`,
);
console.log(`${lines.length} cases in ${file}`);
