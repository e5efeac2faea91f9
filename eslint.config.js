import eslint from '@eslint/js'
import prettier from 'eslint-config-prettier'
import tseslint from 'typescript-eslint'

const TYPESCRIPT = ['**/*.ts', '**/*.tsx']
const TESTS = ['spec/**/*.ts', 'spec/**/*.tsx']
const SCRIPTS = ['scripts/**', 'benchmarks/**', 'samples/**', '*.config.*']

/** Files are named after what they export: `OnMessage` lives in `on-message.ts`. */
const kebabCaseFile = {
  create: (context) => ({
    Program(node) {
      const name = context.filename.split(/[\\/]/).at(-1)
      if (!/^\.?[a-z0-9]+([-.][a-z0-9]+)*$/.test(name)) {
        context.report({ node, message: `"${name}" is not kebab-case` })
      }
    },
  }),
}

const naming = [
  { selector: 'typeLike', format: ['PascalCase'] },
  // WsConnection, not IWsConnection.
  { selector: 'interface', format: ['PascalCase'], custom: { regex: '^I[A-Z]', match: false } },
  // PascalCase for decorators, and for classes held in variables.
  {
    selector: ['function', 'variable'],
    format: ['camelCase', 'PascalCase'],
    leadingUnderscore: 'allow',
  },
  {
    selector: 'variable',
    modifiers: ['const', 'global'],
    format: ['camelCase', 'PascalCase', 'UPPER_CASE'],
  },
  { selector: 'parameter', format: ['camelCase', 'PascalCase'], leadingUnderscore: 'allow' },
  { selector: 'method', format: ['camelCase'] },
]

export default tseslint.config(
  { ignores: ['**/node_modules/', 'dist/', '**/build/', 'coverage/', 'samples/*/public/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    plugins: { enfilade: { rules: { 'kebab-case-file': kebabCaseFile } } },
    rules: {
      'enfilade/kebab-case-file': 'error',
      eqeqeq: 'error',
      // What is longer is two things.
      'max-lines': ['error', 400],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
        { selector: 'ExportAllDeclaration', message: 'Name what is exported.' },
      ],
      // TypeScript knows better what exists, and the scripts run in Node.
      'no-undef': 'off',
    },
  },
  {
    files: TYPESCRIPT,
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Leaves files with decorators alone, where a type import would lose the design types.
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/naming-convention': ['error', ...naming],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Its advice, `!`, is what no-non-null-assertion forbids.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // Contracts say `void | Promise<void>`, and `get<T>(key): T` is how callers name a type.
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Overloads document each form of a decorator on its own.
      '@typescript-eslint/unified-signatures': 'off',
    },
  },
  {
    files: ['lib/**/*.ts', 'lib/**/*.tsx'],
    rules: {
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      // Three is the aim; the contract of `broadcast` has six.
      'max-params': ['error', 6],
      'no-console': 'error',
    },
  },
  {
    files: TESTS,
    rules: {
      // Tests send what the types forbid, read untyped frames, and stub what they do not need.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Their packages are installed by `npm run bench` alone: no types to lint by. It type-checks them.
    files: ['benchmarks/peers/*.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { project: false } },
  },
  {
    // Handlers may be async for the reader's sake.
    files: ['samples/**/*.ts', 'benchmarks/**/*.ts'],
    rules: {
      '@typescript-eslint/require-await': 'off',
    },
  },
  // What `test` of node:test returns is nobody's to wait for.
  {
    files: ['templates/**/*.spec.ts'],
    rules: { '@typescript-eslint/no-floating-promises': 'off' },
  },
  // A tool that asks for a default export gets one.
  { files: ['**/*.config.*'], rules: { 'no-restricted-syntax': 'off' } },
  { files: SCRIPTS, rules: { 'no-console': 'off' } },
  prettier,
)
