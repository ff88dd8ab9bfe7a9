/** A date long past and the same for every model: clients need one and nobody knows it. */
const MODIFIED = '2023-02-28T18:56:42Z';

/** Of files there are none here: sizes and digests are those of nothing. */
const details = {
  parent_model: '',
  format: '',
  family: '',
  families: [],
  parameter_size: '',
  quantization_level: '',
};

const ollamaTag = (name: string) => ({
  ...{ name, model: name, modified_at: MODIFIED, size: 0, digest: '' },
  details,
});

/** Ollama's list of models. */
export const ollamaTags = (names: readonly string[]) => ({ models: names.map(ollamaTag) });

/** What Ollama tells of one model. */
export const ollamaModel = (name: string) => ({
  ...{ modelfile: '', parameters: '', template: '', details, modified_at: MODIFIED },
  model_info: { 'general.basename': name },
  capabilities: ['completion', 'tools'],
});
