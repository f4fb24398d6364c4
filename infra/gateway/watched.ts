/**
 * What an app asked to watch, in the form of settings. Computed when the template is written, because stages can be
 * mapped and domains watched at any time before.
 */

import { Annotations } from 'aws-cdk-lib';
import { CfnBasePathMapping } from 'aws-cdk-lib/aws-apigateway';
import { CfnApiMapping } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import type { Config } from '../../shared/config/settings.js';
import { isFormatNeeded } from '../../shared/discovery/access-format.js';
import { identityOf } from '../support/references.js';
import type { DomainParts } from './domains.js';
import type { StageLogs } from './stage-logs.js';
import { type GatewayStage, isHttpApi, literalStageName, partsOf } from './stages.js';

interface Domain {
  readonly name: string;
  /** The path of its resource and its name: mappings use either to refer to it. */
  readonly identities: ReadonlySet<string>;
}

/** A stage behind a path of a domain; any stage of the API if the mapping has none. */
interface Mapped {
  readonly domain: Domain;
  readonly apiId: string;
  readonly stageName: string | undefined;
}

export class Watched {
  private readonly domains: Domain[] = [];
  private readonly truststores = new Map<string, string>();
  private readonly formats = new Map<string, string>();
  private readonly httpApiIds = new Map<string, string>();
  /** `identity of the API/name of the stage`, or the former alone. */
  private readonly stages = new Set<string>();

  constructor(
    private readonly scope: Construct,
    private readonly config: Config,
  ) {}

  /** @param logs the format of the access log is passed to the functions if they cannot read its records without it */
  addStage(stage: GatewayStage, { access, accessFormat }: StageLogs): void {
    if (access !== null && accessFormat !== undefined && isFormatNeeded(accessFormat)) {
      this.formats.set(access.logGroupName, accessFormat);
    }
    const { kind, apiId, resource } = partsOf(stage);
    const name = literalStageName(resource?.stageName ?? stage.stageName);
    this.stages.add(identityOf(apiId)).add(`${identityOf(apiId)}/${name}`);
    if (kind === 'http') this.httpApiIds.set(identityOf(apiId), apiId);
  }

  addDomain({ name, aliases, truststore }: DomainParts): void {
    this.domains.push({ name, identities: new Set(aliases.map(identityOf)) });
    this.truststores.set(name, `s3://${truststore.bucket.bucketName}/${truststore.key}`);
  }

  /** The user's own settings take precedence. */
  settings(): Config {
    const { config } = this;
    const apis = [...config.apisWithoutExecutionLog, ...this.httpApiIds.values()];
    return {
      ...config,
      domains: { ...this.domainsByStage(), ...config.domains },
      apisWithoutExecutionLog: [...new Set(apis)],
      accessLogFormats: { ...Object.fromEntries(this.formats), ...config.accessLogFormats },
      truststores: { ...Object.fromEntries(this.truststores), ...config.truststores },
    };
  }

  /** Warns about every stage behind a watched domain whose logs are not subscribed. */
  warnOfGaps(): void {
    for (const { domain, apiId, stageName } of this.mapped()) {
      const api = identityOf(apiId);
      if (this.stages.has(stageName === undefined ? api : `${api}/${stageName}`)) continue;
      Annotations.of(this.scope).addWarningV2(
        `mtls-watch:unwatched:${api}`,
        `The domain ${domain.name} leads to ${stageName === undefined ? 'stages' : `the stage ${stageName}`} of ${api}, ` +
          'whose refusals will not be seen. Call watch(stage) for it.',
      );
    }
  }

  /** Needed for denials without an access record. HTTP APIs have no denials, and their records name the domain. */
  private domainsByStage(): Record<string, string> {
    const names: Record<string, string> = {};
    for (const { domain, apiId, stageName } of this.mapped()) {
      if (isHttpApi(apiId)) continue;
      // A stage behind several domains gets the name of the first one.
      names[stageName === undefined ? apiId : `${apiId}/${stageName}`] ??= domain.name;
    }
    return names;
  }

  private mapped(): Mapped[] {
    if (this.domains.length === 0) return [];
    return this.scope.node.root.node.findAll().flatMap((one): Mapped[] => {
      if (one instanceof CfnBasePathMapping) return this.mappedBy(one.domainName, one.restApiId, one.stage);
      if (one instanceof CfnApiMapping) return this.mappedBy(one.domainName, one.apiId, one.stage);
      return [];
    });
  }

  private mappedBy(domainName: string, apiId: string | undefined, stage: string | undefined): Mapped[] {
    const domain = this.domains.find(({ identities }) => identities.has(identityOf(domainName)));
    if (domain === undefined || apiId === undefined) return [];
    return [{ domain, apiId, stageName: literalStageName(stage) }];
  }
}
