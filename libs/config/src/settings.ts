/** Default and meaning of a setting, as the reference shows them. */
export type SettingRow = readonly [defaultValue: string, meaning: string];

/**
 * Every key that does something, by section. Sections are read by these names alone (the type of `Section`), and
 * `SETTINGS.md` is made from this table.
 */
export const SETTINGS = {
  '': {
    environment_variables: [
      'none',
      'variables that are set, over the real ones, before anything else is read',
    ],
    include: ['none', 'further files: lists are joined, mappings merged, what is included wins'],
    model_list: ['empty', 'the deployments'],
    router_settings: ['', 'routing, retries, fallbacks'],
    litellm_settings: ['', 'behaviour of calls'],
    general_settings: ['', 'the gateway itself'],
    credential_list: ['empty', 'named credentials that deployments share'],
  },
  'model_list[]': {
    model_name: ['required', 'name that clients ask for; entries of one name share its load; may hold a `*`'],
    litellm_params: ['required', 'where and how the model is called'],
    model_info: ['empty', 'what is known about the model; keys of your own are kept'],
    rpm: ['none', 'as `litellm_params.rpm`'],
    tpm: ['none', 'as `litellm_params.tpm`'],
  },
  'model_list[].litellm_params': {
    model: [
      'required',
      '`provider/model`; the provider is inferred from a well-known model name without one',
    ],
    api_key: ['none', 'credential; best as `os.environ/NAME`, which only workers need to have'],
    api_base: ["the provider's", 'URL of the provider'],
    api_version: ["the provider's", 'version of the API (Azure)'],
    organization: ['none', 'organization header; a list makes one deployment of each'],
    litellm_credential_name: ['none', 'entry of `credential_list` that fills in what is not given here'],
    weight: ['none', 'share of the load relative to others of the name'],
    rpm: ['none', 'requests per minute; share of the load where no weight is given'],
    tpm: ['none', 'tokens per minute; share of the load where neither weight nor rpm is given'],
    order: ['none', 'lower ones are tried first'],
    timeout: ['`router_settings.timeout`', 'seconds for a whole call'],
    stream_timeout: ['`router_settings.stream_timeout`', 'seconds to the first chunk of a stream'],
    num_retries: ['`router_settings.num_retries`', 'further attempts when this deployment fails'],
    cooldown_time: ['`router_settings.cooldown_time`', 'seconds without calls after it failed'],
    tags: ['none', 'names for tag routing'],
    mock_response: ['none', 'an answer that is given without calling anybody'],
    extra_headers: ['none', 'headers added to every call'],
    extra_body: ['none', 'fields added to every body'],
    drop_params: ['`litellm_settings.drop_params`', 'leave out parameters that the provider does not know'],
    additional_drop_params: ['none', 'parameters that are always left out'],
    base_model: ['none', 'as `model_info.base_model`'],
    input_cost_per_token: ["the catalogue's", 'dollars per prompt token'],
    output_cost_per_token: ["the catalogue's", 'dollars per completion token'],
    cache_read_input_token_cost: ["the catalogue's", 'dollars per prompt token read from cache'],
    cache_creation_input_token_cost: ["the catalogue's", 'dollars per prompt token written to cache'],
    output_cost_per_reasoning_token: ["the catalogue's", 'dollars per reasoning token'],
    input_cost_per_audio_token: ["the catalogue's", 'dollars per audio token of the prompt'],
  },
  'model_list[].model_info': {
    id: ['a hash of name and parameters', 'id of the deployment'],
    base_model: ['none', 'model whose price is used, when the deployment has a name of its own (Azure)'],
    input_cost_per_token: ["the catalogue's", 'as in `litellm_params`, which wins; so the five below'],
    output_cost_per_token: ["the catalogue's", ''],
    cache_read_input_token_cost: ["the catalogue's", ''],
    cache_creation_input_token_cost: ["the catalogue's", ''],
    output_cost_per_reasoning_token: ["the catalogue's", ''],
    input_cost_per_audio_token: ["the catalogue's", ''],
  },
  router_settings: {
    routing_strategy: ['`simple-shuffle`', 'how a deployment is picked'],
    num_retries: ['2', 'further attempts after a failure that may pass'],
    timeout: ['`litellm_settings.request_timeout`, else 600', 'seconds for a whole call'],
    stream_timeout: ['`timeout`', 'seconds to the first chunk of a stream'],
    retry_after: ['0', 'least seconds between two attempts'],
    allowed_fails: ['none', 'failures within a minute that do not cool a deployment down'],
    cooldown_time: ['5', 'seconds without calls after a failure'],
    disable_cooldowns: ['`false`', 'never cool a deployment down'],
    max_fallbacks: ['5', 'other names that one call may try'],
    fallbacks: ['none', 'name → names to try when it fails; `*` for every other name'],
    default_fallbacks: ['none', 'the same as fallbacks of `*`'],
    model_group_alias: ['none', 'further name → name, or → `{model, hidden}`'],
  },
  litellm_settings: {
    drop_params: ['`false`', 'leave out parameters that a provider does not know'],
    request_timeout: ['600', 'seconds for a whole call, unless the router has a timeout'],
    num_retries: ['2', 'as in `router_settings`, which wins'],
    allowed_fails: ['none', 'as in `router_settings`, which wins'],
    fallbacks: ['none', 'as in `router_settings`, which wins name by name'],
    default_fallbacks: ['none', 'as in `router_settings`, which wins'],
    model_alias_map: ['none', 'further name → name'],
  },
  general_settings: {
    master_key: [
      '`TOLLGATE_MASTER_KEY`, `LITELLM_MASTER_KEY`',
      'the key that may do everything; `sk-` and at least 13 more characters',
    ],
    dangerously_permit_weak_or_unset_master_key: [
      '`LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY`, else `false`',
      'accept a master key that can be guessed',
    ],
    database_url: ['`DATABASE_URL`', 'PostgreSQL of the distributed mode'],
    litellm_key_header_name: ['none', 'a further header that may hold the key'],
    user_api_key_cache_ttl: ['60', 'seconds that ingress trusts its copy of a key'],
    max_request_size_mb: ['100', 'largest request body'],
    always_include_stream_usage: ['`false`', 'send usage at the end of every stream'],
    on_state_down: ['`refuse`', "`refuse` or `allow` calls while shared state is away (Tollgate's own)"],
  },
  'credential_list[]': {
    credential_name: ['required', 'what `litellm_credential_name` refers to'],
    credential_values: ['empty', '`api_key`, `api_base`, `api_version`, `organization`'],
  },
} as const satisfies Record<string, Record<string, SettingRow>>;

export type SectionName = keyof typeof SETTINGS;
export type KeyOf<Name extends SectionName> = keyof (typeof SETTINGS)[Name] & string;
