import { demoConfig, type GeneralSettings, type Variables } from '@tollgate/config';
import { changedAtRestart, withStartSettings } from './restart-settings.js';

const loaded = (general: Partial<GeneralSettings>, variables: Variables = {}) => {
  const config = demoConfig();
  return { config: { ...config, general: { ...config.general, ...general } }, variables };
};

it('names the settings of another file that hold only after a restart', () => {
  const start = loaded({ masterKey: 'sk-one', maxRequestBytes: 1 });
  const now = loaded({
    masterKey: 'sk-two',
    maxRequestBytes: 2,
    databaseUrl: 'postgres://x',
    keyCacheTtlMs: 5,
  });
  expect(changedAtRestart(start, now)).toEqual([
    'general_settings.master_key',
    'general_settings.database_url',
    'general_settings.max_request_size_mb',
  ]);
  expect(changedAtRestart(start, start)).toEqual([]);
});

it('looks at what a reference leads to', () => {
  const key = { masterKey: { env: 'KEY' } };
  expect(changedAtRestart(loaded(key, { KEY: 'a' }), loaded(key, { KEY: 'b' }))).toEqual([
    'general_settings.master_key',
  ]);
  expect(changedAtRestart(loaded({ masterKey: 'a' }), loaded(key, { KEY: 'a' }))).toEqual([]);
  expect(changedAtRestart(loaded(key), loaded(key))).toEqual([]);
});

it('keeps the settings of the start and takes the others', () => {
  const start = loaded({ masterKey: 'sk-own', maxRequestBytes: 1 }).config.general;
  const now = loaded({ masterKey: null, maxRequestBytes: 2, keyCacheTtlMs: 5 }).config;
  expect(withStartSettings(now, start).general).toMatchObject({
    masterKey: 'sk-own',
    maxRequestBytes: 1,
    keyCacheTtlMs: 5,
  });
});
