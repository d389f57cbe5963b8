import path from 'node:path';
import { ESLint } from 'eslint';
import documented from '../../lint/documented.js';
import rings from '../../lint/rings.js';

/** Reads `[file, code][]` from stdin; writes the rules of ours that each breaks, and how a pure file is really linted. */
const root = path.join(import.meta.dirname, '..', '..');
const ours = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  overrideConfig: [...rings, ...documented],
});

let input = '';
for await (const part of process.stdin) input += part;
const broken = [];
for (const [file, code] of JSON.parse(input)) {
  const [result] = await ours.lintText(code, { filePath: path.join(root, 'src', file) });
  broken.push(result.messages.map(({ ruleId, message }) => ruleId ?? message));
}
const { rules } = await new ESLint({ cwd: root }).calculateConfigForFile('src/nlu/phrases.ts');
const severities = ['rings/outward', 'comments/documented'].map((name) => rules[name][0]);
console.log(JSON.stringify({ broken, severities }));
