/** Tests read TypeScript through swc; types are checked by their own step (`npm run typecheck`). */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } },
    ],
  },
  globalSetup: '<rootDir>/test/support/prepare.js',
  // Many tests wait for processes, timers and disks: one worker would leave half of a small machine idle.
  maxWorkers: 2,
  // Generous: a shared machine may be slow, and a test that hangs is still found.
  testTimeout: 60_000,
};
