/**
 * Leaves out what an installation does not want to keep of whoever called, before anything is stored, measured or sent.
 * Addresses can be replaced by a keyed hash: the same caller stays recognisable across alerts and reports, and
 * whoever reads these without reading the table cannot find out the address by trying all of them.
 */

import { createHmac } from 'node:crypto';
import type { AccessRecord, Parsed } from '../model/index.js';
import type { World } from '../ports/index.js';

export async function redact(parsed: Parsed, { config, stores }: World): Promise<Parsed> {
  const { sourceIps, certificates } = config.privacy;
  const kept = certificates === 'keep' ? parsed : { ...parsed, certificates: new Map<string, string>() };
  if (sourceIps === 'keep') return kept;
  if (sourceIps === 'drop') return { ...kept, accesses: withAddresses(kept.accesses, () => '') };
  const key = await stores.privacy.key();
  return { ...kept, accesses: withAddresses(kept.accesses, (sourceIp) => pseudonym(sourceIp, key)) };
}

function withAddresses(accesses: readonly AccessRecord[], addressOf: (sourceIp: string) => string): AccessRecord[] {
  return accesses.map((access) => {
    const { client } = access;
    if (client === null || client.sourceIp === '') return access;
    return { ...access, client: { ...client, sourceIp: addressOf(client.sourceIp) } };
  });
}

/** 48 bits: two of a million callers look alike once in 500 installations. */
function pseudonym(sourceIp: string, key: string): string {
  return `ip-${createHmac('sha256', key).update(sourceIp).digest('hex').slice(0, 12)}`;
}
