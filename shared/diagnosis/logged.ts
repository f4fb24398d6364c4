/**
 * Diagnoses a client of which only a door's connection log tells: by the certificate that was kept of it elsewhere, else by the
 * fields of the log. Loaded for such clients only.
 */

import { truststoreUri } from '../config/qualified-names.js';
import type { ClientTally, Diagnosis, GroupKey } from '../model/index.js';
import { say } from '../model/phrases.js';
import type { RefusedWith } from '../model/reasons.js';
import type { World } from '../ports/index.js';
import { diagnose } from '../x509/diagnose.js';
import { type DoorRules, doorRules, type RuledDoor } from '../x509/door-rules.js';
import { diagnoseLogged, withEvidence } from '../x509/logged-fields.js';
import type { Truststore } from '../x509/truststore.js';
import type { OneDiagnosis } from './one-diagnosis.js';
import { keptCertificate } from './seen-before.js';

/** The rules of a door by its id; null for one whose rules nobody wrote down. */
function rulesOfDoor(id: string | undefined): DoorRules | null {
  const known = id ?? 'api-gateway';
  return Object.hasOwn(doorRules, known) ? doorRules[known as RuledDoor] : null;
}

const KEPT = say`judged by the certificate of this serial number and these names that was kept from API Gateway's log`;

/**
 * @param clients those with most failures first
 * @param truststoreOf reads and parses the truststore at an address
 * @throws MtlsWatchError `truststore-unreadable`
 */
export async function diagnosisOfLogged(
  clients: readonly ClientTally[],
  group: GroupKey,
  at: number,
  refusedWith: RefusedWith | null,
  world: World,
  truststoreOf: (uri: string) => Promise<Truststore>,
): Promise<OneDiagnosis> {
  const door = rulesOfDoor(group.door);
  const client = clients.find(({ subjectDn, serialNumber }) => `${subjectDn}${serialNumber}` !== '');
  if (door === null || client === undefined) return { kind: 'none', because: null };
  const uri = truststoreUri(group.scope, world.config.truststores);
  const truststore = uri === null ? null : await truststoreOf(uri);
  const kept = truststore === null ? null : await keptCertificate(client, group, world);
  if (kept !== null && truststore !== null) {
    const verdict = diagnose(kept, truststore, at, [], refusedWith, null, door);
    return { kind: 'made', verdict: withKept(verdict), uri: uri ?? '' };
  }
  const { subjectDn, serialNumber, notBefore = null, notAfter = null } = client;
  const logged = { subjectDn, serialNumber, issuerDn: group.issuerDn, notBefore, notAfter };
  const found = diagnoseLogged(logged, truststore, at, refusedWith, door);
  if (found.kind === 'open') return { kind: 'none', because: found.because };
  return { kind: 'made', verdict: found.verdict, uri: uri ?? '' };
}

function withKept(verdict: Diagnosis): Diagnosis {
  const [first, ...others] = verdict.findings;
  return first === undefined ? verdict : { ...verdict, findings: [withEvidence(first, KEPT), ...others] };
}
