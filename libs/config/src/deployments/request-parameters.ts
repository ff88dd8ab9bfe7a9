const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/**
 * Request parameters of the dialects and of well-known providers: in `litellm_params` they are defaults of requests.
 * Sources: the OpenAI chat, responses, embeddings, images and audio references; Anthropic messages; Gemini; vLLM; Ollama.
 */
export const REQUEST_PARAMETERS = words(`
  temperature top_p top_k top_a min_p typical_p n stream stream_options stop stop_sequences max_tokens
  max_completion_tokens max_output_tokens max_new_tokens min_tokens presence_penalty frequency_penalty
  repetition_penalty length_penalty logit_bias logprobs top_logprobs prompt_logprobs user seed response_format tools
  tool_choice parallel_tool_calls functions function_call reasoning_effort reasoning reasoning_format
  include_reasoning verbosity text modalities audio prediction service_tier store safety_identifier
  prompt_cache_key prompt_cache_retention web_search_options search_parameters include instructions
  truncation previous_response_id background conversation thinking thinking_budget thinkingConfig output_config context_management
  anthropic_version anthropic_beta betas system container mcp_servers speed inference_geo
  safety_settings generation_config cached_content speech_config guided_json guided_regex guided_choice
  guided_grammar guided_decoding_backend structured_outputs best_of use_beam_search early_stopping ignore_eos
  skip_special_tokens spaces_between_special_tokens add_generation_prompt continue_final_message
  chat_template chat_template_kwargs stop_token_ids include_stop_str_in_output echo suffix num_ctx num_predict
  num_gpu num_thread num_keep num_batch repeat_last_n repeat_penalty mirostat mirostat_eta mirostat_tau tfs_z
  keep_alive format think options raw dimensions encoding_format input_type truncate size quality style
  background_color moderation output_format output_compression partial_images voice speed_factor
  instructions_text language timestamp_granularities temperature_increment response_mime_type
  response_schema transforms route provider models plugins usage safe_prompt prompt_mode random_seed
  enable_thinking do_sample documents citations citation_options connectors preamble search_domain_filter
  return_images return_related_questions search_recency_filter performanceConfig guardrailConfig
  requestMetadata request_metadata additionalModelRequestFields disable_reasoning max_thinking_tokens
  n_predict n_keep n_probs cache_prompt id_slot samplers dynatemp_range dynatemp_exponent
  xtc_probability xtc_threshold dry_multiplier dry_base dry_allowed_length num_beams num_return_sequences max_length
  min_length max_time return_full_text watermark grammar json_schema top_n return_documents max_chunks_per_doc aspect_ratio negative_prompt num_inference_steps guidance_scale`);
