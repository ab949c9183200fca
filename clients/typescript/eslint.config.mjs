import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
    { ignores: ['dist/', 'src/generated/'] },
    js.configs.recommended,
    {
        files: ['**/*.ts'],
        extends: [tseslint.configs.strictTypeChecked],
        languageOptions: { parserOptions: { projectService: true } },
        rules: {
            eqeqeq: 'error',
            '@typescript-eslint/explicit-module-boundary-types': 'error',
            // `array[i]!` after a check of the length; the compiler's noUncheckedIndexedAccess asks for it.
            '@typescript-eslint/no-non-null-assertion': 'off',
            '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
            '@typescript-eslint/no-confusing-void-expression': [
                'error',
                { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
            ],
            '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
            '@typescript-eslint/prefer-promise-reject-errors': 'off',
            '@typescript-eslint/only-throw-error': 'off',
        },
    },
    { files: ['**/*.mjs'], languageOptions: { globals: { fetch: 'readonly', process: 'readonly', URL: 'readonly' } } },
);
