// The linter's rules. `npm run check` runs them over the whole tree (tools/check); an editor shows them at once.
import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';
import { searchesOneCharacter } from './tools/check/espruino-search.js';

const SOURCES = ['protocol/**/*.ts', 'firmware/**/*.ts', 'boards/**/*.ts', 'host/**/*.ts', 'tools/**/*.ts'];
const DEVICE = ['protocol/**/*.ts', 'firmware/**/*.ts', 'boards/**/*.ts'];

const NODE = ['require', 'module', 'process', '__dirname', '__filename', 'console', 'Buffer', 'setTimeout', 'fetch'];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', 'test/vectors/'] },
  eslint.configs.recommended,
  ...tseslint.configs.recommended,
  { files: ['**/*.ts', '**/*.js', '**/*.mjs'], rules: { 'max-len': ['error', { code: 120 }] } },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: Object.fromEntries(NODE.map((name) => [name, 'readonly'])) },
  },
  { files: ['**/*.js'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      // An argument that an interface asks for and one implementation does without; ES5's catch must name its error.
      '@typescript-eslint/no-unused-vars': ['error', { args: 'none', caughtErrors: 'none' }],
      // The octets of serial lines and SMS are control characters.
      'no-control-regex': 'off',
    },
  },
  {
    files: SOURCES,
    rules: {
      'max-lines-per-function': ['error', { max: 60 }],
      complexity: ['error', 15],
      'max-params': ['error', 5],
    },
  },
  {
    files: DEVICE,
    plugins: { espruino: { rules: { 'searches-one-character': searchesOneCharacter } } },
    rules: {
      'espruino/searches-one-character': 'error',
      // Espruino's own modules are loaded by require; its globals are declared by var.
      '@typescript-eslint/no-require-imports': 'off',
      'no-var': 'off',
      // A variable is set to null so that the device lets go of what it held.
      'no-useless-assignment': 'off',
    },
  },
  {
    // Images, boards and declarations are loaded by a path known at run time; an optional package when asked for.
    files: [
      'host/kit/cbor-file.ts',
      'host/sim/board/espruino/pty.ts',
      'host/sim/regtest/bcoin.ts',
      'tools/bench/crypto/node.ts',
      'tools/build/main.ts',
      'tools/cli/commands/build.ts',
      'tools/doctor/patient.ts',
      'tools/flash/boards.ts',
      'tools/generate/console/declarations.ts',
      'tools/operator/pairing/qr.ts',
    ],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    // bcoin publishes no types: what crosses to and from it is checked where it leaves this folder.
    files: ['host/sim/regtest/**/*.ts'],
    rules: { '@typescript-eslint/no-explicit-any': 'off' },
  },
  {
    // Tests hand in what no type allows, and load the built images.
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-explicit-any': 'off', '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    // Firmware for tests, in Espruino's ES5.
    files: ['test/**/*-firmware.js'],
    languageOptions: { sourceType: 'script' },
    rules: { 'no-undef': 'off', 'no-var': 'off' },
  },
);
