import { liesIn } from './regions.js';

describe('liesIn', () => {
  it.each([
    ['eu-west-1', 'eu'],
    ['europe-west4', 'EU'],
    ['eu', 'eu'],
    ['westeurope', 'eu'],
    ['swedencentral', 'eu'],
    ['us-east-1', 'us'],
    ['us-central1', 'us'],
    ['eastus2', 'us'],
    ['southcentralus', 'us'],
    ['usgovvirginia', 'us'],
    ['ap-south-1', 'AP-South-1'],
  ])('%s lies in %s', (region, wanted) => {
    expect(liesIn(region, wanted)).toBe(true);
  });

  it.each([
    ['eu-west-2', 'eu'],
    ['europe-west6', 'eu'],
    ['uksouth', 'eu'],
    ['switzerlandnorth', 'eu'],
    ['us-east-1', 'eu'],
    ['eu-west-1', 'us'],
    ['australiaeast', 'us'],
    ['eu-west-1', 'eu-west'],
    ['eu', 'eu-west-1'],
  ])('%s does not lie in %s', (region, wanted) => {
    expect(liesIn(region, wanted)).toBe(false);
  });
});
