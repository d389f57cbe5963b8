import path from 'node:path';
import ts from 'typescript-eslint';

/**
 * The three rings of docs/architecture.md as rules: pure (values in, values out) ← durable (one commit per step) ←
 * edges (bytes, sockets, people). Types may be known in both directions, values in one.
 */
const root = path.join(import.meta.dirname, '..', 'src');

/** From the inside out: a file uses values of its own folder and of those before it. */
const folders = [
  'conversation',
  'nlu',
  'content',
  'dialogue',
  'store',
  'pipeline',
  'tasks',
  'channels',
  'http',
  'cli',
];
const pure = ['conversation', 'nlu', 'content', 'dialogue'];
const durable = ['store', 'pipeline', 'tasks'];

/** Files beside the folders that all may use; the others put folders together and are known to `cli` and each other. */
const pureFiles = ['clock.ts', 'errors.ts'];
const sharedFiles = [...pureFiles, 'ids.ts', 'log.ts', 'meter.ts'];
/** What reads a clock in one of the pure files; `*` would bring it along. */
const impureNames = ['systemClock', '*'];

/** Packages by folder; a folder that is not named may use all. `node:` is short for every module of Node. */
const packages = {
  conversation: [],
  nlu: ['zod', 'yaml'],
  content: ['zod', 'yaml'],
  dialogue: [],
  store: ['node:', 'libsql', 'mongoose', 'zod'],
  pipeline: ['node:crypto', 'zod'],
  tasks: ['node:crypto', 'zod'],
  channels: ['node:crypto', 'undici', 'zod'],
  http: ['node:', 'express', 'helmet', 'prom-client', 'zod'],
  browser: [],
};

const outward = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      outward: '{{from}} comes before {{to}}: it may know its types, not its values.',
      package: '{{name}} has no place in {{from}}.',
      impure: '{{name}} is not pure: it comes in as a value.',
      unread: 'What is imported must be written out, so that the rings can be kept.',
    },
  },
  create(context) {
    const from = placeOf(context.filename);
    if (!from) return {};
    const judge = (node, source, isType, names = []) => {
      if (source === undefined) context.report({ node, messageId: 'unread' });
      else if (source.startsWith('.')) judgeFile(context, node, from, source, isType, names);
      else judgePackage(context, node, from, source);
    };
    const judgeDeclaration = (node) => {
      if (node.source) judge(node, node.source.value, areTypes(node), namesOf(node));
    };
    return {
      ImportDeclaration: judgeDeclaration,
      ExportNamedDeclaration: judgeDeclaration,
      ExportAllDeclaration: judgeDeclaration,
      ImportExpression: ({ source, ...node }) => {
        judge({ ...node, source }, source.type === 'Literal' ? source.value : undefined, false);
      },
      'CallExpression[callee.name="require"]': (node) => {
        judge(node, undefined, false);
      },
    };
  },
};

function judgeFile(context, node, from, source, isType, names) {
  const to = placeOf(path.resolve(path.dirname(context.filename), source));
  if (!to || isType || from.folder === to.folder) return;
  const data = { from: from.name, to: to.name };
  if (!mayUse(from, to)) context.report({ node, messageId: 'outward', data });
  const impure = names.find((name) => impureNames.includes(name));
  if (impure && to.folder === undefined && pure.includes(from.folder))
    context.report({ node, messageId: 'impure', data: { name: impure } });
}

function judgePackage(context, node, from, name) {
  const allowed = packages[from.folder];
  const isAllowed = allowed?.some((one) =>
    one.endsWith(':') ? name.startsWith(one) : name === one,
  );
  if (allowed && !isAllowed)
    context.report({ node, messageId: 'package', data: { name, from: from.name } });
}

/** The folder directly under src/, or none and the file's own name; undefined outside of src/. */
function placeOf(file) {
  const [first, ...rest] = path.relative(root, file).split(path.sep);
  if (first === undefined || first === '..') return undefined;
  return { name: first, folder: rest.length > 0 ? first : undefined };
}

function mayUse(from, to) {
  if (from.folder === undefined || from.folder === 'cli') return true;
  if (to.folder === undefined)
    return (pure.includes(from.folder) ? pureFiles : sharedFiles).includes(to.name);
  // The chat page runs elsewhere: all it shares with the server are pure values and types.
  if (from.folder === 'browser') return pure.includes(to.folder);
  return folders.includes(to.folder) && folders.indexOf(to.folder) < folders.indexOf(from.folder);
}

function areTypes({ importKind, exportKind, specifiers = [] }) {
  if (importKind === 'type' || exportKind === 'type') return true;
  return (
    specifiers.length > 0 &&
    specifiers.every((one) => one.importKind === 'type' || one.exportKind === 'type')
  );
}

function namesOf({ type, specifiers = [] }) {
  if (type === 'ExportAllDeclaration') return ['*'];
  return specifiers.map((one) =>
    one.type === 'ImportNamespaceSpecifier' ? '*' : ((one.imported ?? one.local).name ?? '*'),
  );
}

const filesOf = (names) => names.map((name) => `src/${name}/**/*.ts`);
const nothing = (name, message) => ({ name, message });
const comesIn = 'A pure folder has no clock, network, disk or randomness: it comes in as a value.';

export default [
  {
    files: ['src/**/*.ts'],
    languageOptions: { parser: ts.parser },
    plugins: { rings: { rules: { outward } } },
    rules: { 'rings/outward': 'error' },
  },
  {
    files: filesOf(pure),
    languageOptions: { globals: { TextEncoder: 'readonly', TextDecoder: 'readonly' } },
    rules: {
      // Nothing is known but the language itself and UTF-8: Node and the browser have no names here.
      'no-undef': 'error',
      'no-restricted-globals': [
        'error',
        ...['Date', 'globalThis', 'Intl', 'WeakRef', 'FinalizationRegistry', 'Atomics'].map(
          (name) => nothing(name, comesIn),
        ),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: comesIn },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'MetaProperty[meta.name="import"]', message: comesIn },
      ],
    },
  },
  {
    files: filesOf(durable),
    rules: {
      'no-restricted-globals': [
        'error',
        nothing('Date', 'Time comes from the Clock.'),
        nothing('fetch', 'Calls to outside go through a channel.'),
        nothing('console', 'What is to be told goes to the log.'),
      ],
    },
  },
];
