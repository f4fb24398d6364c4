/**
 * Which issuers are groups of their own. One item per scope and day holds the set of those that are in:
 *
 *     room for all who ask --add--> all are in
 *     room for some        --add--> the first of them are in, the set is full
 *     full                          whoever is not in stays out for the day
 *
 * The set only grows, and an issuer is only turned away once it is full, so no answer ever changes. What a container
 * has seen of a set it remembers, so issuers that are known cost nothing. A set that it has not seen is looked up when
 * somebody asks for nobody: reading it costs a tenth of adding to it.
 *
 * An issuer that is new with a single request is admitted together with a note of the fact that is about to be written:
 *
 *     (not in) --admit, expecting a fact--> in, the fact is expected --the roll-up of its hour holds it--> in
 *
 * so that the hour's mark is spared. `rollups.ts` lists these hours beside the marked ones and strikes the notes off.
 */

import { boundedMap } from '../../base/bounded-map.js';
import { digest } from '../../base/digest.js';
import { limits } from '../../base/limits.js';
import { dayOfMinute, minuteOf } from '../../base/time.js';
import * as z from '../../base/zod.js';
import type { Clock, FactIntent, GroupStore } from '../../ports/index.js';
import { encodeExpected, expectingKey } from './expected.js';
import { bytesIn, readValue } from './items.js';
import { keys, ttl } from './keys.js';
import type { Item, Key, Table } from './table.js';

/** After this addition the set is within its bound, even if it contained none of them before. */
const HAS_ROOM = 'attribute_not_exists(#issuers) OR size(#issuers) <= :room';

/** A write of an item up to this size costs one write unit. */
const BYTES_PER_UNIT = 1024;

/** The part of an item that a container has read. */
interface AdmittedIssuers {
  readonly inside: ReadonlySet<string>;
  readonly bytes: number;
}

const NOTHING: AdmittedIssuers = { inside: new Set(), bytes: 0 };

export function createGroups(table: Table, clock: Clock): GroupStore {
  const admitted = admissions(table, clock);
  return {
    admit: async (scope, day, issuerDns, most = limits.issuersPerScopeMax) => {
      const key = keys.issuers(scope, day);
      if (issuerDns.length === 0) {
        await admitted.look(key);
        return new Set();
      }
      const ids = new Map(issuerDns.map((issuerDn) => [idOf(issuerDn), issuerDn] as const));
      let { inside } = admitted.seen(key);
      for (;;) {
        const outside = [...ids.keys()].filter((id) => !inside.has(id));
        if (outside.length === 0 || inside.size >= most) break;
        // If other invocations were faster, the returned set has grown, so this loop ends.
        ({ inside } = await admitted.add(key, outside.slice(0, most - inside.size), most));
      }
      return new Set([...ids].flatMap(([id, issuerDn]) => (inside.has(id) ? [issuerDn] : [])));
    },
    ...createTrusted(table, clock),
    admitWithIntent: async (fact) => {
      const key = expectingKey(fact);
      const { inside, bytes } = admitted.seen(key);
      const id = idOf(fact.group.issuerDn);
      // No note is needed for an admitted issuer, and on a large item it costs more than the mark that it saves.
      if (inside.has(id) || inside.size >= limits.issuersPerScopeMax) return false;
      const added = bytesIn({
        issuers: { SS: [id] },
        expected: { SS: [encodeExpected(fact)] },
        scope: { S: fact.group.scope },
      });
      if (bytes + added > BYTES_PER_UNIT || !isListed(fact, clock)) return false;
      return (await admitted.add(key, [id], limits.issuersPerScopeMax, fact)).stored;
    },
  };
}

/** The sets of admitted issuers, with this container's cache of them. */
function admissions(table: Table, clock: Clock) {
  const remembered = boundedMap<AdmittedIssuers>(limits.admissionsRememberedMax);
  const remember = (key: Key, item: Item): AdmittedIssuers => {
    const seen = { inside: new Set(item.issuers?.SS), bytes: bytesIn(item) };
    remembered.set(nameOf(key), seen);
    return seen;
  };
  return {
    seen: (key: Key): AdmittedIssuers => remembered.get(nameOf(key)) ?? NOTHING,
    look: async (key: Key): Promise<void> => {
      if (remembered.get(nameOf(key)) === undefined) remember(key, (await table.get(key)) ?? {});
    },
    /** @returns whether there was room, and the set after the addition */
    add: async (
      key: Key,
      ids: readonly string[],
      most: number,
      fact?: FactIntent,
    ): Promise<AdmittedIssuers & { stored: boolean }> => {
      const values: Item = {
        ':ids': { SS: [...ids] },
        ':room': { N: String(most - ids.length) },
        ':ttl': ttl(clock.now(), limits.factDaysMax),
      };
      let expression = 'ADD #issuers :ids SET #ttl = :ttl';
      if (fact !== undefined) {
        values[':expected'] = { SS: [encodeExpected(fact)] };
        values[':scope'] = { S: JSON.stringify(fact.group.scope) };
        expression = 'ADD #issuers :ids, #expected :expected SET #ttl = :ttl, #scope = :scope';
      }
      const { stored, item } = await table.update(key, { expression, values }, HAS_ROOM);
      return { stored, ...remember(key, item) };
    },
  };
}

/** The issuers of a truststore, fixed for a scope and day by the first invocation. */
function createTrusted(table: Table, clock: Clock): Pick<GroupStore, 'trusted' | 'fixTrusted'> {
  const fixedTrusted = boundedMap<ReadonlySet<string>>(limits.admissionsRememberedMax);
  return {
    trusted: async (scope, day, issuerDns) => {
      const key = keys.issuers(`truststore of ${scope}`, day);
      const name = nameOf(key);
      let fixed = fixedTrusted.get(name);
      if (fixed === undefined) {
        const item = await table.get(key);
        if (item?.trusted === undefined) return null;
        fixed = new Set(readValue(item, 'trusted', z.array(z.string())));
        fixedTrusted.set(name, fixed);
      }
      const inside = fixed;
      return new Set(issuerDns.filter((issuerDn) => inside.has(idOf(issuerDn))));
    },
    fixTrusted: async (scope, day, issuerDns) => {
      const ids = issuerDns.slice(0, limits.trustedIssuersMax).map(idOf);
      await table.update(keys.issuers(`truststore of ${scope}`, day), {
        expression: 'SET #trusted = if_not_exists(#trusted, :trusted), #ttl = :ttl',
        values: { ':trusted': { S: JSON.stringify(ids) }, ':ttl': ttl(clock.now(), limits.factDaysMax) },
      });
    },
  };
}

function idOf(issuerDn: string): string {
  return digest('issuer', issuerDn);
}

/** Yesterday and today only, so that at least one day is left to close the hour. */
function isListed({ minute }: FactIntent, clock: Clock): boolean {
  const daysAgo = dayOfMinute(minuteOf(clock.now())) - dayOfMinute(minute);
  return 0 <= daysAgo && daysAgo < limits.expectingDays - 1;
}

function nameOf({ pk, sk }: Key): string {
  return `${pk} ${sk}`;
}
