import { describe, expect, test } from 'vitest';
import { renderTemplate } from '../../../controllers/kubelet/stages/template/execute.ts';
import { GO_FUNCTIONS } from '../../../controllers/kubelet/stages/template/go-functions.ts';
import { kwokFunctions } from '../../../controllers/kubelet/stages/template/kwok-functions.ts';
import { parseTemplate } from '../../../controllers/kubelet/stages/template/parser.ts';
import { SPRIG_FUNCTIONS } from '../../../controllers/kubelet/stages/template/sprig-functions.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const addresses = { nodeIps: () => ['172.18.0.11'], podIps: () => ['10.244.1.2'] };
const kwok = kwokFunctions(new SimulatedClock(), 0, addresses);
const FUNCTIONS = { ...SPRIG_FUNCTIONS, ...GO_FUNCTIONS, ...kwok };
const POD = {
  metadata: { name: 'web', labels: { app: 'x' } },
  spec: { containers: [{ name: 'a', image: 'i' }, { name: 'b' }] },
};

const render = (source: string): string =>
  renderTemplate(
    parseTemplate(source, (name) => Object.hasOwn(FUNCTIONS, name)),
    POD,
    FUNCTIONS,
  );

describe('Go templates of Stages', () => {
  test.each([
    ['{{ .metadata.name }}', 'web'],
    ['{{ .metadata.none }}', '<no value>'],
    ['a {{- /* nothing */ -}} b', 'ab'],
    ['{{ with .metadata.labels }}{{ .app }}{{ end }}', 'x'],
    ['{{ with .none }}x{{ else }}y{{ end }}', 'y'],
    ['{{ if .none }}1{{ else if .metadata }}2{{ else }}3{{ end }}', '2'],
    ['{{ range .spec.containers }}{{ .name }},{{ end }}', 'a,b,'],
    ['{{ range $i, $c := .spec.containers }}{{ $i }}{{ $c.name }}{{ $.metadata.name }} {{ end }}', '0aweb 1bweb '],
    ['{{ range .none }}x{{ else }}none{{ end }}', 'none'],
    ['{{ range .spec.containers }}{{ if eq .name "b" }}{{ break }}{{ end }}{{ .name }}{{ end }}', 'a'],
    ['{{ $x := 1 }}{{ range .spec.containers }}{{ $x = add $x 1 }}{{ end }}{{ $x }}', '3'],
    ['{{ (index .spec.containers 0).image }}', 'i'],
    ['{{ .metadata.name | upper | printf "%s-%05d" "n" 42 | quote }}', /n-00042/],
    ['{{ printf "%q %v %d%%" "a" true 5 }}', '"a" true 5%'],
    ['{{ or .none "x" }} {{ and .metadata.name "" }}|', 'x |'],
    ['{{ eq .metadata.name "a" "web" }} {{ ne 1 2 }} {{ lt 1 2 }} {{ not true }}', 'true true true false'],
    ['{{ len .spec.containers }}', '2'],
    ['{{ .metadata.labels }}', 'map[app:x]'],
    ['{{ define "t" }}<{{ . }}>{{ end }}{{ template "t" .metadata.name }}', '<web>'],
    ['{{ "a\\tb" }}{{ `c` }}', 'a\tbc'],
    ['{{ Quote 5 }} {{ .metadata.name | Quote }} {{ Quote .none }}', '"5" "web" "null"'],
    ['{{ Now }}', '2026-01-01T00:00:00.000Z'],
    ['{{ YAML .metadata.labels 1 }}', '\n  app: x\n  '],
    ['{{ range NodeConditions }}{{ .type }} {{ end }}', /^Ready MemoryPressure .*NetworkUnavailable $/],
    ['{{ index (PodIPsWith "n" false "u" "web" "default") 0 }} {{ NodeIPWith "n" }}', '10.244.1.2 172.18.0.11'],
    ['{{ default "d" .none }} {{ ternary 1 2 true }} {{ list 1 2 | join "-" }}', 'd 1 1-2'],
  ] as const)('%s', (source, expected) => {
    if (expected instanceof RegExp) expect(render(source)).toMatch(expected);
    else expect(render(source)).toBe(expected);
  });

  test.each([
    ['{{ nope }}', 'function "nope" not defined'],
    ['{{ if .a }}', 'unexpected EOF'],
    ['{{ end }}', 'unexpected {{end}}'],
    ['{{ .none.field }}', 'nil pointer evaluating interface {}.field'],
    ['{{ $x }}', 'undefined variable "$x"'],
    ['{{ eq 1 "a" }}', 'incompatible types for comparison'],
    ['{{ .a', 'unclosed action'],
  ])('%s is refused', (source, message) => {
    expect(() => render(source)).toThrow(message);
  });
});
