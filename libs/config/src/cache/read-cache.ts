import { innerSection } from '../named-sections.js';
import type { Section } from '../section.js';
import type { KeyOf } from '../settings.js';
import {
  CACHE_TTL_MS,
  CACHED_CALL_TYPES,
  SIMILARITY_THRESHOLD,
  type CachedCallType,
  type CacheSettings,
  type SemanticCacheSettings,
} from './cache-settings.js';

type Litellm = Section<KeyOf<'litellm_settings'>>;
type Params = Section<KeyOf<'litellm_settings.cache_params'>>;

/** LiteLLM's, and `semantic`. */
const TYPES = [
  ...['local', 'redis', 'semantic', 'redis-semantic', 'valkey-semantic', 'qdrant-semantic'],
  ...['s3', 'gcs', 'azure-blob', 'disk'],
] as const;

const EMBEDDING_MODELS = [
  'semantic_cache_embedding_model',
  'redis_semantic_cache_embedding_model',
  'valkey_semantic_cache_embedding_model',
  'qdrant_semantic_cache_embedding_model',
] as const;

const LONGEST_NAMESPACE = 128;

/** Where LiteLLM finds its cache: here it is in shared state, which the environment names. */
const WITHOUT_EFFECT = new Set([
  ...['host', 'port', 'password', 'username', 'url', 'db', 'ssl', 'max_connections', 'redis_flush_size'],
  ...[
    'redis_startup_nodes',
    'service_name',
    'sentinel_nodes',
    'sentinel_password',
    'enable_redis_auth_cache',
  ],
  ...['gcp_service_account', 'gcp_ssl_ca_certs', 'redis_semantic_cache_index_name', 'qdrant_api_base'],
  ...['qdrant_api_key', 'qdrant_collection_name', 'qdrant_quantization_config', 's3_bucket_name', 's3_path'],
  ...['s3_region_name', 's3_endpoint_url', 's3_aws_access_key_id', 's3_aws_secret_access_key'],
  ...['gcs_bucket_name', 'gcs_path', 'gcs_path_service_account', 'disk_cache_dir', 'azure_account_url'],
  ...['azure_blob_container'],
]);

/** Null: nothing is cached. */
export function readCache(litellm: Litellm): CacheSettings | null {
  const isOn = litellm.boolean('cache') ?? false;
  const params = innerSection<'litellm_settings.cache_params'>(litellm, 'cache_params');
  const settings = params === null ? DEFAULTS : readParams(params);
  return isOn ? settings : null;
}

const DEFAULTS: CacheSettings = {
  type: 'local',
  ttlMs: CACHE_TTL_MS,
  namespace: '',
  mode: 'default_on',
  callTypes: new Set(CACHED_CALL_TYPES),
  semantic: null,
};

function readParams(params: Params): CacheSettings {
  const type = params.choice('type', TYPES) ?? DEFAULTS.type;
  const ofMemory = params.seconds('default_in_memory_ttl');
  const ofRedis = params.seconds('default_in_redis_ttl');
  const settings: CacheSettings = {
    type,
    ttlMs: params.seconds('ttl') ?? ofRedis ?? ofMemory ?? DEFAULTS.ttlMs,
    namespace: readNamespace(params),
    mode: params.choice('mode', ['default_on', 'default_off']) ?? DEFAULTS.mode,
    callTypes: readCallTypes(params),
    semantic: readSemantic(params, type.endsWith('semantic')),
  };
  params.finish(WITHOUT_EFFECT);
  return settings;
}

function readNamespace(params: Params): string {
  const namespace = params.text('namespace') ?? '';
  if (namespace.length <= LONGEST_NAMESPACE) return namespace;
  params.problem('namespace', `expected at most ${LONGEST_NAMESPACE} characters`);
  return '';
}

/** A name that LiteLLM has and that is none of these is never cached here. */
function readCallTypes(params: Params): ReadonlySet<CachedCallType> {
  if (!params.has('supported_call_types')) return DEFAULTS.callTypes;
  const names = new Set(params.texts('supported_call_types'));
  return new Set(CACHED_CALL_TYPES.filter((type) => names.has(type) || names.has(`a${type}`)));
}

function readSemantic(params: Params, isSemantic: boolean): SemanticCacheSettings | null {
  const [model] = EMBEDDING_MODELS.flatMap((key) => params.modelName(key, { orDeployment: false }) ?? []);
  const threshold = params.number('similarity_threshold', { max: 1 }) ?? SIMILARITY_THRESHOLD;
  const isVerified = params.boolean('verify_semantic_hits') ?? false;
  if (!isSemantic) return null;
  if (model !== undefined) return { model, threshold, isVerified };
  params.problem('type', 'needs semantic_cache_embedding_model: a model that makes vectors');
  return null;
}
