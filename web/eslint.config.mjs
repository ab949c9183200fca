// Checked by ./dev test and ./dev lint: the scripts of the pages and those that build them.
import js from '@eslint/js';
import globals from 'globals';

export default [
  js.configs.recommended,
  { rules: { eqeqeq: 'error', 'no-var': 'error', 'prefer-const': 'error' } },
  { files: ['docs/**/*.js'], languageOptions: { sourceType: 'script', globals: { ...globals.browser, SwaggerUIBundle: 'readonly' } } },
  { files: ['**/*.mjs'], languageOptions: { globals: globals.node } },
  { ignores: ['dist/', 'node_modules/'] },
];
