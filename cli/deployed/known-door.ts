/** What is known of the front door in question: whose rules apply, and what probes showed at its gateway. */

import { type Command, Option } from 'commander';
import { usage } from '../../shared/base/errors.js';
import { clean } from '../../shared/base/text.js';
import { bareName, hostName } from '../../shared/config/qualified-names.js';
import { doorOption } from '../../shared/messages/own-commands.js';
import type { ProbedGateway } from '../../shared/model/index.js';
import type { ProbedStore } from '../../shared/ports/index.js';
import { type DoorRules, doorRules, type RuledDoor } from '../../shared/x509/door-rules.js';
import { deployedHere, isOfStack, storesHere, type TableOptions, withTable } from './stack.js';

const DOORS = {
  apigateway: 'api-gateway',
  cloudfront: 'cloudfront',
  alb: 'load-balancer',
} as const satisfies Record<string, RuledDoor>;

export interface DoorOptions extends TableOptions {
  /** One of the names in `DOORS`. */
  readonly door?: string;
}

export function withDoor(command: Command): Command {
  const option = new Option(
    '--door <name>',
    'whose rules apply; default: the door of the domain where the settings name it, else apigateway',
  );
  return withTable(command.addOption(option.choices(Object.keys(DOORS))));
}

/** The front door that `--door` names, for a verb to which rules do not matter. */
export function withDoorName(command: Command, does: string): Command {
  return command.addOption(new Option('--door <name>', does).choices(Object.keys(DOORS)));
}

/** The id of the door that `--door` names; undefined without it. */
export function namedDoor({ door }: Pick<DoorOptions, 'door'>): RuledDoor | undefined {
  return door !== undefined && Object.hasOwn(DOORS, door) ? DOORS[door as keyof typeof DOORS] : undefined;
}

/** The rules of `--door`, or of API Gateway. */
export function rulesOf({ door }: Pick<DoorOptions, 'door'>, otherwise: RuledDoor = 'api-gateway'): DoorRules {
  return doorRules[namedDoor({ door }) ?? otherwise];
}

/**
 * The rules of the door that wrote a record.
 * @param isSure whether the record itself shows that; else `--door` says it
 * @throws MtlsWatchError `usage` where `--door` names another
 */
export function rulesOfRecord({ door }: Pick<DoorOptions, 'door'>, writer: RuledDoor, isSure: boolean): DoorRules {
  const rules = rulesOf({ door }, writer);
  if (!isSure || rules.id === writer) return rules;
  const whose = writer === 'load-balancer' ? 'a load balancer' : doorRules[writer].name;
  throw usage(
    `got --door ${door} with a connection record of ${whose}; expected ${doorOption(writer).join(' ')}, or no --door: the record says whose it is`,
  );
}

export interface KnownDoor {
  readonly door: DoorRules;
  readonly probed: ProbedGateway | null;
}

/** What a stack knows of domains. */
export interface DomainsHere {
  readonly probed: Pick<ProbedStore, 'load'>;
  /** The setting `domains`; empty where only a table is named. */
  readonly domains: Readonly<Record<string, string>>;
}

export async function domainsHere(options: DoorOptions): Promise<DomainsHere> {
  if (options.door !== undefined || !isOfStack(options)) {
    return { probed: (await storesHere(options)).probed, domains: {} };
  }
  const { config, stores } = await deployedHere(options);
  return { probed: stores.probed, domains: config.domains };
}

/**
 * The door of a domain, by its own name or by the place that the settings give that name; null where neither tells.
 * @param domains the setting of that name: names by place
 */
export function doorOfDomain(domain: string, domains: Readonly<Record<string, string>>): RuledDoor | null {
  const name = hostName(bareName(domain));
  const places = Object.entries(domains).flatMap(([place, of]) => (hostName(bareName(of)) === name ? [place] : []));
  for (const place of [domain, ...places].map(bareName)) {
    if (/^distribution(?:-tenant)?\//.test(place)) return 'cloudfront';
    if (/^app\/[\w-]{1,32}\/[0-9a-f]{16}/.test(place)) return 'load-balancer';
  }
  return null;
}

/**
 * What is known of the door of `--domain`.
 * @throws MtlsWatchError `usage` where a table is named and no domain, or the domain is API Gateway's and was never probed
 */
export async function knownDoor(
  options: DoorOptions & { readonly domain?: string },
  verb: string,
  open: () => Promise<DomainsHere> = () => domainsHere(options),
): Promise<KnownDoor> {
  const { domain, stack, table } = options;
  if (domain === undefined) {
    if (stack === undefined && table === undefined) return { door: rulesOf(options), probed: null };
    throw usage(`${verb} got --stack or --table without --domain; expected the custom domain too`);
  }
  const { probed: store, domains } = await open();
  const door = rulesOf(options, doorOfDomain(domain, domains) ?? undefined);
  // Probes call gateways; other doors have none.
  if (door.id !== 'api-gateway') return { door, probed: null };
  const probed = await store.load(domain);
  if (probed !== null) return { door, probed };
  throw usage(
    `the table holds no probes of ${clean(domain, 120)}; run \`mtls-watch canary probes\` first, or leave --domain out`,
  );
}

/** Domains whose probes are looked up: more have nobody's canary. */
const DOMAINS_MAX = 200;

/**
 * What is known of the doors that recorded clients called. Probes are read where a stack or a table is named; where a client called
 * several domains, those of the first one that was probed apply.
 */
export async function knownDoors(
  clients: readonly { readonly scopes: readonly string[] }[],
  options: DoorOptions,
  open: () => Promise<DomainsHere>,
): Promise<(client: { readonly scopes: readonly string[] }) => KnownDoor> {
  if (options.stack === undefined && options.table === undefined) {
    const known = { door: rulesOf(options), probed: null };
    return () => known;
  }
  const { probed: store, domains } = await open();
  const scopes = [...new Set(clients.flatMap((client) => client.scopes))].slice(0, DOMAINS_MAX);
  const found = new Map<string, ProbedGateway>();
  for (const scope of scopes) {
    const probed = await store.load(bareName(scope));
    if (probed !== null) found.set(scope, probed);
  }
  return (client) => {
    const [named] = client.scopes.flatMap((scope) => doorOfDomain(scope, domains) ?? []);
    const [probed = null] = client.scopes.flatMap((scope) => found.get(scope) ?? []);
    return { door: rulesOf(options, named), probed };
  };
}
