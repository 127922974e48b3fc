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
  message: 'Export by name: a name that is written once is found everywhere.',
};

// `values[i]!` states that an index is in range, which no check at run time would tell better;
// on anything else a `!` hides a case that wants handling.
const assertOnlyIndexing = {
  selector: 'TSNonNullExpression:not(:has(> MemberExpression[computed=true]))',
  message: 'Handle the missing case; only an indexed read (`values[i]!`) may be asserted.',
};

const noProcessExit = {
  object: 'process',
  property: 'exit',
  message: 'It cuts piped output: set process.exitCode and let streams end.',
};

// Node turns a wait of 2^31 ms or more into 1 ms: only a constant is known to be shorter.
const rawTimer = {
  selector: 'CallExpression[callee.name=/^set(Timeout|Interval)$/]:not([arguments.1.name=/^[A-Z_]+$/])',
  message: 'Use Timer or sleep of core/timer, which can wait for any length of time.',
};

export default defineConfig(
  globalIgnores(['dist/', 'dist-test/', 'fixtures/', '**/*.aiops/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
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
      '@typescript-eslint/no-non-null-assertion': 'off', // assertOnlyIndexing says where
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
      // An async signature is often what an interface asks for (Executor, LineSink); the work need not wait.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', noDefaultExport, assertOnlyIndexing, rawTimer],
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'node:timers/promises', importNames: ['setTimeout'], message: rawTimer.message }] },
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
    // A second signal must end the program now, whatever its streams still hold; an actor whose parent has let
    // go of it has nothing left to say, but native threads that would keep it.
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
