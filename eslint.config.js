import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const nodeGlobals = Object.fromEntries(
  ['console', 'process', 'Buffer', 'URL', 'performance', 'setTimeout', 'clearTimeout'].map((name) => [
    name,
    'readonly',
  ]),
);

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Use a named export: the same name everywhere can be searched.',
};

// `values[i]!` states that an index is in range; on anything else a `!` hides a missing case.
const assertOnlyIndexing = {
  selector: 'TSNonNullExpression:not(:has(> MemberExpression[computed=true]))',
  message: 'Handle the missing case; only an indexed read (`values[i]!`) may be asserted.',
};

const importedProcess =
  'Use the global process: importing it reads process.stdin, which makes a pipe there non-blocking for all who share it.';

const noProcessExit = {
  object: 'process',
  property: 'exit',
  message: 'It truncates piped output: set process.exitCode and let streams end.',
};

// Node turns a delay of 2^31 ms or more into 1 ms, which only a constant is sure to avoid.
const rawTimer = {
  selector: 'CallExpression[callee.name=/^set(Timeout|Interval)$/]:not([arguments.1.name=/^[A-Z_]+$/])',
  message: 'Use Timer or sleep from core/timer, which accept any delay.',
};

export default defineConfig(
  globalIgnores(['build/', 'dist/', 'dist-test/', 'fixtures/', '**/*.aiops/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'no-duplicate-imports': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-template': 'error',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: nodeGlobals },
    rules: { 'no-unused-vars': ['error', { varsIgnorePattern: '^_' }] },
  },
  {
    files: ['{src,test}/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'no-restricted-syntax': ['error', noDefaultExport, assertOnlyIndexing],
      '@typescript-eslint/no-non-null-assertion': 'off', // assertOnlyIndexing replaces it
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, varsIgnorePattern: '^_' }],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Interfaces such as Executor and LineSink require async signatures even where nothing waits.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', noDefaultExport, assertOnlyIndexing, rawTimer],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'node:timers/promises', importNames: ['setTimeout'], message: rawTimer.message },
            { name: 'node:process', message: importedProcess },
          ],
        },
      ],
      'no-restricted-properties': ['error', noProcessExit],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
    },
  },
  {
    files: ['src/cli/**/*.ts'],
    rules: { 'no-console': ['error', { allow: ['error'] }] },
  },
  {
    // A second signal must end the program at once, whatever its streams hold; an actor without a parent has nothing
    // to send, but native threads that would keep it alive.
    files: ['src/cli/signals.ts', 'src/actor/serve-parent.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // The runner awaits what these return.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'it', 'describe', 'suite'] },
          ],
        },
      ],
    },
  },
);
