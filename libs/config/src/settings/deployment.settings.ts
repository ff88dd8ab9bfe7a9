import { GROUP_ROWS } from './group.settings.js';
import { PRICE_ROWS } from './price.settings.js';
import { PROVIDER_ROWS } from './provider.settings.js';
import { elsewhere, type SettingRow } from './setting-row.js';

type Rows = Record<string, SettingRow>;

/** May stand in `litellm_params` and in `model_info`. */
const EITHER = {
  ...PRICE_ROWS,
  cooldown_time: ["the name's", 'seconds without calls after it failed'],
  allowed_fails: ["the name's", 'failures within a minute that do not cool it down'],
  allowed_fails_policy: ["the name's", 'the same by class of error'],
  retry_policy: ["the name's", 'further attempts by class of error'],
  connect_timeout: ["the name's", "seconds to a connected socket (Tollgate's own)"],
  idle_timeout: ["the name's", "seconds between two chunks of an answer (Tollgate's own)"],
  max_parallel_requests: ['none', 'calls that may be under way at once'],
  region_name: ["the cloud's, see below", 'where it runs'],
  max_budget: ['none', 'dollars that it may cost in each `budget_duration`'],
  budget_duration: [
    'none',
    'window of `max_budget`: `1h`, `1d`, `7d`, `30d`, `1mo`, any `Ns`, `Nm`, `Nh`, `Nd`, `Nw`, `Nmo`',
  ],
  silent_model: ['none', 'name that gets a copy of every call; nobody sees its answers'],
  max_input_tokens: ["the catalogue's", 'longest prompt, in tokens'],
  max_request_bytes: ['none', "largest request body (Tollgate's own)"],
} as const satisfies Rows;

/** One entry of `model_list`, but for what it says of its name. */
const ENTRY = {
  model_name: ['required', 'name that clients ask for; entries of one name share its load; may hold a `*`'],
  litellm_params: ['required', 'where and how the model is called'],
  model_info: ['empty', 'what is known about the model; keys of your own are kept'],
  rpm: ['none', 'as `litellm_params.rpm`'],
  tpm: ['none', 'as `litellm_params.tpm`'],
} as const satisfies Rows;

export const DEPLOYMENT_SETTINGS = {
  'model_list[]': {
    ...ENTRY,
    ...elsewhere(GROUP_ROWS, 'as in `model_group_settings`, for the name of this entry'),
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
    timeout: ["the name's", 'seconds for a whole call'],
    stream_timeout: ["the name's", 'seconds to the first chunk of a stream'],
    num_retries: ["the name's", 'further attempts when this deployment fails'],
    tags: ['none', 'names for tag routing'],
    guardrails: ['none', 'names of guardrails for every call of its name'],
    mock_response: ['none', 'an answer that is given without calling anybody'],
    extra_headers: ['none', 'headers added to every call'],
    extra_body: ['none', 'fields added to every body'],
    drop_params: ['`litellm_settings.drop_params`', 'leave out parameters that the provider does not know'],
    additional_drop_params: [
      'none',
      'parameters, and headers of clients (`anthropic-beta`), that are always left out',
    ],
    cache_control_injection_points: ['none', "parts of prompts that are marked for the provider's cache"],
    base_model: ['none', 'as `model_info.base_model`'],
    ...EITHER,
    ...PROVIDER_ROWS,
  },
  'model_list[].litellm_params.cache_control_injection_points[]': {
    location: ['`message`', '`message`, or `tool_config`: the last tool'],
    role: ['none', 'messages of this role, the last ones first: providers take four marks in all'],
    index: ['none', 'the message at this place, from the end where it is negative'],
    control: ['`{type: ephemeral}`', 'what they are marked with'],
  },
  'model_list[].model_info': {
    id: ['a hash of name and parameters', 'id of the deployment'],
    base_model: ['none', 'model whose price is used, when the deployment has a name of its own (Azure)'],
    blocked: ['`false`', 'gets no calls'],
    max_output_tokens: ["the catalogue's", 'longest answer, in tokens'],
    max_tokens: ["the catalogue's", 'the same; `max_output_tokens` wins'],
    supports_vision: ["the catalogue's", 'takes images'],
    supports_function_calling: ["the catalogue's", 'calls tools'],
    supports_response_schema: ["the catalogue's", 'answers by a JSON schema'],
    supports_audio_input: ["the catalogue's", 'takes audio'],
    supports_audio_output: ["the catalogue's", 'answers in audio'],
    supports_pdf_input: ["the catalogue's", 'takes PDF files'],
    supports_web_search: ["the catalogue's", 'searches the web'],
    ...elsewhere(EITHER, 'as in `litellm_params`, which wins'),
  },
} as const satisfies Record<string, Rows>;
