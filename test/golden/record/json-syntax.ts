// Records what a real server says of bodies that are no JSON.
import { seededRandom } from '../../../server/base/random.ts';
import { ask, inNamespace, messageOf, record } from './oracle.ts';

// biome-ignore format: a matrix, in the order in which it is read
const TEXTS = [
  '{', '}', '[', ']', '{]', '[}', '{"a"}', '{"a":}', '{"a" 1}', '{"a":1', '{"a":1,', '{"a":1,}', '{"a":1 "b":2}',
  '{"a":1;}', '{a:1}', "{'a':1}", '{1:1}', '{"a":1}}', '{"a":1}{"b":2}', '{"a":1} x',
  '{"a":[1,]}', '{"a":[1 2]}', '{"a":[,1]}', '{"a":[', '{"a":[1', '{"a":{', '{,}', '{"a":,}', '{"a"::1}',
  '{"a":1,,"b":2}', '{"a":tru}', '{"a":truE}', '{"a":true1}', '{"a":t', '{"a":fals}', '{"a":nul}', '{"a":nulL}',
  '{"a":None}', '{"a":undefined}', '{"a":NaN}',
  '{"a":Infinity}', '{"a":-Infinity}', '{"a":01}', '{"a":-01}', '{"a":1.}', '{"a":.5}', '{"a":-}', '{"a":-a}',
  '{"a":+1}', '{"a":1e}', '{"a":1e+}', '{"a":1ex}', '{"a":1.x}', '{"a":0x10}', '{"a":1_000}', '{"a":--1}',
  '{"a":1.2.3}', '{"a":1e5.5}', '{"a":- 1}',
  '{"a":"x}', '{"a":"x', '{"a', '{"a":"\\x"}', '{"a":"\\u12"}', '{"a":"\\u12g4"}', '{"a":"\\u', '{"a":"\\',
  '{"a":"x\ny"}', '{"a":"x\ty"}', '{"a":"\u0001"}', '{"a":"\u0000"}', '{"\n":1}', '{"a":"\\\'"}', '{"a":"\\U0041"}',
  '{"a":1}\u0000', '\u0000', '\ufeff{"a":1}', '{\u00a0"a":1}', '{"a":é}', '{"a":"é}', '{é:1}', '{"a":\u2028}',
  '{"a":😀}', '{"a":\u0007}', '{"a":\u007f}', '{"a":\\}', '{"a":"}', '{"a":`x`}', '{"a":\'x\'}', '{"a":1}//',
  '/* */{}', '{"a":/**/1}', '#', '<html>', 'hello', ' ', '\n', '-', '--', '"x"', '12', '1 2', 'nul', 'true false',
  '{"a":[1,2,{"b":[}]}',
];
const VALID =
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","labels":{"a":"b\\n\\u00e9"}},' +
  '"data":{"n":"-1.5e3"},"x":[1,-2.5e+3,true,false,null,{}]}';
const random = seededRandom(10);
const pick = (from: string): string => from.charAt(Math.floor(random.fraction() * from.length));
const broken = (): string => {
  let text = VALID;
  for (let i = 0; i < 1 + random.fraction() * 2; i++) {
    const at = Math.floor(random.fraction() * text.length);
    const how = random.fraction();
    if (how < 0.35) text = text.slice(0, at) + text.slice(at + 1);
    else if (how < 0.7) text = text.slice(0, at) + pick('{}[],:"\\ 01-+.eEtnux\n\u0002é') + text.slice(at + 1);
    else if (how < 0.9) text = text.slice(0, at) + pick('{}[],:"\\ 01-+.eEtnux\n\u0002é') + text.slice(at);
    else text = text.slice(0, at);
  }
  return text;
};

await inNamespace('golden-json-syntax', async (namespace) => {
  const cases = [];
  for (const text of new Set([...TEXTS, ...Array.from({ length: 260 }, broken)])) {
    const message = messageOf(await ask('POST', `${namespace}/configmaps?dryRun=All`, text));
    const fault = /json parse error: (.*) \((?:<empty>|\{.*|[0-9a-f]*(?: \.\.\.)?)\)$/s.exec(message ?? '')?.[1];
    // Everything else was JSON, and is of no interest here.
    cases.push(fault === undefined || fault.startsWith('json: cannot unmarshal') ? { text } : { text, message: fault });
  }
  await record('test/golden/schema/json-syntax.json', cases);
});
