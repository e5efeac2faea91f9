/** @jest-config-loader esbuild-register */
import type { Config } from 'jest'

const config: Config = {
  testEnvironment: 'node',
  // Workers even on two cores: the tests mostly wait, and a handle that is left open ends with its
  // worker instead of keeping the whole run from ending.
  maxWorkers: 2,
  roots: ['<rootDir>/spec'],
  testMatch: ['**/*.spec.ts', '**/*.spec.tsx'],
  // js before ts: packages in node_modules may ship both, and only ours are compiled.
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'tsx', 'json', 'node'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    // Transpile only: `npm run typecheck` checks the types, once and for everything.
    '^.+\\.tsx?$': ['ts-jest', { useESM: true, tsconfig: '<rootDir>/tsconfig.json' }],
  },
  moduleNameMapper: {
    '^enfilade$': '<rootDir>/lib/index.ts',
    '^enfilade/client$': '<rootDir>/lib/client/index.ts',
    '^enfilade/react$': '<rootDir>/lib/react/index.ts',
    '^enfilade/((?:client/|react/)?documents)$': '<rootDir>/lib/$1/index.ts',
    '^enfilade/jwt$': '<rootDir>/lib/jwt/index.ts',
    '^enfilade/(inspector|metrics|msgpack|opentelemetry|yjs)$': '<rootDir>/lib/$1/index.ts',
    '^enfilade/(nats|redis)$': '<rootDir>/lib/transports/$1/index.ts',
    '^enfilade/testing$': '<rootDir>/lib/testing/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  // Jest runs CommonJS packages while it still links modules: tsyringe would come before the import
  // of reflect-metadata that stands in front of it.
  setupFiles: ['reflect-metadata'],
  // Much more than the deadline of `within`, whose error says what was awaited in vain: it is only for
  // what hangs. Tests that compute for seconds take several times as long where two run on each core.
  testTimeout: 45_000,
  coverageDirectory: 'coverage',
  collectCoverageFrom: ['lib/**/*.ts'],
}

export default config
