import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import ts from 'typescript-eslint';

/**
 * The three rings of docs/architecture.md, kept by rules:
 * pure (values in, values out) ← durable (one commit per step) ← edges (bytes, sockets, people).
 */
const pure = ['conversation', 'nlu', 'content', 'dialogue', 'reports'];
const durable = ['store', 'pipeline', 'tasks'];
const files = (folders) => folders.map((folder) => `src/${folder}/**/*.ts`);
const fenced = (name, message) => ({ name, message });

const onlyInHttp = fenced('express', 'express stays in http/ and console/');
const onlyInStore = ['mongoose', 'libsql'].map((name) => fenced(name, `${name} stays in store/`));
const onlyInTelegram = fenced('telegraf', 'telegraf stays in channels/telegram.ts');

const noOuterRing = (folders, message) => ({
  group: folders.map((folder) => `**/${folder}/*`),
  message,
  allowTypeImports: true,
});

export default ts.config(
  { ignores: ['dist/', 'data/', 'node_modules/', '.tools/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [ts.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { paths: [onlyInHttp, ...onlyInStore, onlyInTelegram] },
      ],
      'max-lines': ['warn', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: files(pure),
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [onlyInHttp, ...onlyInStore, onlyInTelegram],
          patterns: [
            {
              group: ['node:*'],
              message: 'A pure folder has no clock, network, disk or randomness.',
            },
            noOuterRing(
              ['store', 'pipeline', 'http', 'console', 'tasks', 'channels', 'cli'],
              'A pure folder knows the outer rings by their types alone.',
            ),
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        'fetch',
        'process',
        'setTimeout',
        'setInterval',
        'Date',
        'Buffer',
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random' }],
    },
  },
  {
    files: files(durable),
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [onlyInHttp, onlyInTelegram],
          patterns: [
            noOuterRing(
              ['http', 'console', 'cli', 'channels'],
              'The durable ring knows the edges by their types alone.',
            ),
          ],
        },
      ],
    },
  },
  {
    files: ['src/pipeline/**/*.ts', 'src/tasks/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [onlyInHttp, ...onlyInStore, onlyInTelegram],
          patterns: [
            noOuterRing(
              ['http', 'console', 'cli', 'channels'],
              'The durable ring knows the edges by their types alone.',
            ),
          ],
        },
      ],
    },
  },
  {
    files: ['src/http/**/*.ts', 'src/console/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { paths: [...onlyInStore, onlyInTelegram] },
      ],
    },
  },
  {
    // Tests and the measuring tools may look into a database and stand up a bare server.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.js'],
    extends: [ts.configs.disableTypeChecked],
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
  },
  prettier,
);
