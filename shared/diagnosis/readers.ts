/** The readers of certificates and truststores in one module, which `diagnosis.ts` loads when the first certificate is looked at. */

import { diagnosisCache } from '../x509/cache.js';
import { changesBetween, describeChange } from '../x509/change.js';
import { isSignedByNamesake } from '../x509/namesakes.js';
import { diagnosisOfLogged } from './logged.js';
import { presentedBefore } from './seen-before.js';

export function createReaders() {
  const cache = diagnosisCache();
  return { cache, changesBetween, describeChange, isSignedByNamesake, diagnosisOfLogged, presentedBefore };
}
