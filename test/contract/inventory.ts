/** What every inventory promises, run on each of them. */

import { beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import type { KnownDomain } from '../../shared/model/account.js';
import type { InventoryStore } from '../../shared/ports/inventory.js';

/** Makes an empty world; each call of the result is a container of its own. */
export type MakeInventory = () => Promise<() => InventoryStore>;

function domain(name: string, stages = 1): KnownDomain {
  return {
    name,
    truststoreUri: stages % 2 === 0 ? null : `s3://truststores/${name}.pem`,
    stages: Array.from({ length: stages }, (_, index) => ({
      apiId: `api${index}`.padEnd(10, 'x'),
      stage: '$default',
      hasExecutionLog: index % 2 === 0,
    })),
    ...(stages % 2 === 0 ? {} : { accessLogGroups: ['/access/one', `/access/${name}`] }),
  };
}

const sorted = async (store: InventoryStore) => [...(await store.domains())].sort((a, b) => (a.name < b.name ? -1 : 1));

export function describeInventory(name: string, make: MakeInventory): void {
  describe(`the inventory in ${name}`, () => {
    let a: InventoryStore;
    let b: InventoryStore;
    beforeEach(async () => {
      const container = await make();
      a = container();
      b = container();
    });

    it('holds the domains that were found last, and no others', async () => {
      expect(await a.domains()).toEqual([]);
      await a.saveDomains([domain('a.example'), domain('*.b.example', 2), domain('c.example')]);
      expect(await sorted(b)).toEqual([domain('*.b.example', 2), domain('a.example'), domain('c.example')]);
      await b.saveDomains([domain('a.example', 3), domain('c.example')]);
      await b.saveDomains([domain('a.example', 3), domain('c.example')]);
      expect(await sorted(a)).toEqual([domain('a.example', 3), domain('c.example')]);
      await a.saveDomains([]);
      expect(await b.domains()).toEqual([]);
    });

    it('holds an account with thousands of stages', async () => {
      const large = [domain('large.example', limits.inventoryStagesMax)];
      const many = Array.from({ length: 120 }, (_, index) => domain(`d${String(index).padStart(3, '0')}.example`, 30));
      await a.saveDomains([...many, ...large]);
      expect(await sorted(b)).toEqual([...many, ...large]);
    });

    it('remembers what was subscribed until it is forgotten', async () => {
      const groups = ['API-Gateway-Execution-Logs_abc/prod', '/aws/access#1', 'x'.repeat(512)];
      await a.noteSubscribed([]);
      await a.noteSubscribed([...groups, ...groups]);
      await b.noteSubscribed(groups.slice(0, 1));
      expect([...(await b.subscribed())].sort()).toEqual([...groups].sort());
      await b.forgetSubscribed([groups[1] ?? '', 'never noted']);
      expect([...(await a.subscribed())].sort()).toEqual([groups[0], groups[2]].sort());
      expect(await a.domains()).toEqual([]);
    });
  });
}
