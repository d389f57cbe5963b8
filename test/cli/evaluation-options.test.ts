import { expect, test } from '@jest/globals';
import { readOptions } from '../../src/cli/evaluation-options.ts';

const plain = {
  folds: undefined,
  by: 'style',
  calibrate: false,
  floors: false,
  check: false,
  json: undefined,
  engine: undefined,
};

test('without options everything is measured and nothing is written', () => {
  expect(readOptions([])).toEqual(plain);
});

test.each([
  [['--folds', '3'], { folds: 3 }],
  [['--by', 'writer'], { by: 'writer' }],
  [['--by', 'style'], { by: 'style' }],
  [['--calibrate', '--folds', '10'], { calibrate: true, folds: 10 }],
  [['--floors'], { floors: true }],
  [['--engine', 'node-nlp'], { engine: 'node-nlp' }],
  [['--engine', 'node-nlp+vi', '--folds', '2'], { engine: 'node-nlp+vi', folds: 2 }],
  [['--check', '--json', 'a.json'], { check: true, json: 'a.json' }],
])('%j is understood', (args, expected) => {
  expect(readOptions(args)).toEqual({ ...plain, ...expected });
});

test.each([
  [['--folds', '1']],
  [['--folds', '21']],
  [['--folds', '2.5']],
  [['--folds', 'ba']],
  [['--folds']],
  [['--by', 'topic']],
  [['--by']],
  [['--json']],
  [['--quick']],
  [['check']],
  [['--check', '--check']],
  [['--by', 'writer', '--floors']],
  [['--by', 'writer', '--check']],
  [['--engine', 'rasa']],
  [['--engine']],
  [['--engine', 'node-nlp', '--floors']],
  [['--engine', 'node-nlp', '--check']],
  [['--engine', 'node-nlp', '--calibrate']],
  [['--engine', 'node-nlp', '--by', 'writer']],
])('%j is wrong use', (args) => {
  expect(readOptions(args)).toBeUndefined();
});
