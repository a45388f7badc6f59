// ESM throughout: tests run the same modules that ncc bundles, stripped of types by swc.
export default {
  testMatch: ['<rootDir>/{actions,packages,scripts,test}/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(real|bench)/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        // Import attributes stay: jest loads JSON by them, as Node does.
        jsc: { target: 'es2023', parser: { syntax: 'typescript' }, experimental: { keepImportAttributes: true } },
        module: { type: 'es6' },
      },
    ],
  },
  testTimeout: 30_000,
  reporters: ['default', '<rootDir>/scripts/totals-reporter.js'],
}
