import base from '../../jest.config.js'

/** Tests against software that is not ours; `npm run test:real` installs it and runs them. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/real/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
}
