import nx from '@nx/eslint-plugin';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

const SERVER_CLIENTS = ['@nats-io/*', 'ioredis', 'pg'];

/** Which tag may depend on which, see the tag table in the contributor guide. */
const boundaries = [
  {
    sourceTag: 'type:app',
    onlyDependOnLibsWithTags: ['type:contract', 'type:platform', 'type:domain', 'type:provider'],
    bannedExternalImports: SERVER_CLIENTS,
  },
  { sourceTag: 'type:composition', onlyDependOnLibsWithTags: ['*'], bannedExternalImports: SERVER_CLIENTS },
  {
    sourceTag: 'type:contract',
    onlyDependOnLibsWithTags: ['type:contract'],
    allowedExternalImports: ['zod'],
  },
  {
    sourceTag: 'type:domain',
    onlyDependOnLibsWithTags: ['type:contract', 'type:domain'],
    bannedExternalImports: ['@nestjs/*', 'ioredis', 'typeorm', '@nats-io/*'],
  },
  {
    sourceTag: 'type:provider',
    onlyDependOnLibsWithTags: ['type:contract', 'type:domain'],
    bannedExternalImports: ['@nestjs/*', 'ioredis', 'typeorm', '@nats-io/*'],
  },
  { sourceTag: 'type:platform', onlyDependOnLibsWithTags: ['type:contract', 'type:platform'] },
  { sourceTag: 'type:test', onlyDependOnLibsWithTags: ['*'] },
  ...['ingress', 'router'].map((scope) => ({
    sourceTag: `scope:${scope}`,
    onlyDependOnLibsWithTags: [`scope:${scope}`, 'scope:shared'],
    bannedExternalImports: ['typeorm'],
  })),
  ...['worker', 'billing'].map((scope) => ({
    sourceTag: `scope:${scope}`,
    onlyDependOnLibsWithTags: [`scope:${scope}`, 'scope:shared'],
  })),
];

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '.nx/', '**/*.generated.ts'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { '@nx': nx, 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { depConstraints: boundaries, allow: [], enforceBuildableLibDependency: false },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Nest and prom-client hand out instances by interface; the rule knows constructors only.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'Name what is exported.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union or a const object.' },
        {
          selector: 'MemberExpression[object.name="process"][property.name="env"]',
          message: 'The environment is read in libs/config only.',
        },
        {
          selector: 'Literal[value=/^tollgate\\.(alert|call|key|model|spend|usage)\\./]',
          message: 'Subjects live in libs/contracts only.',
        },
      ],
    },
  },
  {
    files: [
      'libs/config/**/*.ts',
      'libs/contracts/**/*.ts',
      'libs/testing/**/*.ts',
      'test/**/*.ts',
      '**/*.spec.ts',
    ],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.spec.ts', '**/_*.ts', '**/*suite.ts', 'test/**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
);
