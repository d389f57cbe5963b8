import path from 'node:path';
import { ESLint } from 'eslint';

/** Reads `[file, code][]` from stdin and writes the names of the rules that each breaks, and the config of a pure file. */
const root = path.join(import.meta.dirname, '..', '..');
const rings = new ESLint({
  cwd: root,
  overrideConfigFile: path.join(root, 'lint', 'rings.js'),
});

let input = '';
for await (const part of process.stdin) input += part;
const broken = [];
for (const [file, code] of JSON.parse(input)) {
  const [result] = await rings.lintText(code, { filePath: path.join(root, 'src', file) });
  broken.push(result.messages.map(({ ruleId, message }) => ruleId ?? message));
}
const { rules } = await new ESLint({ cwd: root }).calculateConfigForFile('src/nlu/phrases.ts');
console.log(JSON.stringify({ broken, severity: rules['rings/outward'][0] }));
