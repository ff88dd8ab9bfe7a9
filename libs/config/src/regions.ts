/** Regions of Azure in the European Union; AWS's and Google's tell by their prefix. */
const AZURE_EU =
  /^(westeurope|northeurope|sweden|france|germany|poland|italy|spain|austria|belgium|denmark|finland|greece)/;
/** London and Zurich: in Europe by name, outside the Union by law. */
const NOT_EU: ReadonlySet<string> = new Set(['eu-west-2', 'eu-central-2', 'europe-west2', 'europe-west6']);

const isEu = (region: string): boolean =>
  (/^(eu|europe)(-|$)/.test(region) && !NOT_EU.has(region)) || AZURE_EU.test(region);

/** `us-east-1`, `us-central1`; Azure's `eastus2`, `usgovvirginia`. */
const isUs = (region: string): boolean => /^us(-|gov|dod|$)/.test(region) || /us\d?$/.test(region);

/**
 * Whether a region is the wanted one, or lies in it: LiteLLM's `allowed_model_region` is `eu` or `us`, a deployment's region a
 * cloud's name (`eu-west-1`, `europe-west4`, `swedencentral`).
 * @param region in lower case
 */
export function liesIn(region: string, wanted: string): boolean {
  const name = wanted.toLowerCase();
  if (region === name) return true;
  if (name === 'eu') return isEu(region);
  return name === 'us' && isUs(region);
}
