/** The runbooks at CloudFront and load balancers: the commands of that door, and no sentence that holds at API Gateway only. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runbookIds } from '../../shared/config/runbooks.js';
import { CLOUDFRONT_CODES } from '../../shared/doors/cloudfront/codes.js';
import { LOAD_BALANCER_CODES } from '../../shared/doors/load-balancer/codes.js';
import { type OtherDoor, pageForDoor } from '../../shared/messages/runbook-doors.js';
import { findingCodes } from '../../shared/model/finding-codes.js';

const languages = ['en', 'ja'] as const;
const reasonsOf = (codes: object): string[] =>
  Object.values(codes).flatMap((meaning) => ('reason' in meaning ? [meaning.reason] : []));
const DOORS = [
  ['cloudfront', reasonsOf(CLOUDFRONT_CODES), /^aws elbv2 /],
  ['load-balancer', reasonsOf(LOAD_BALANCER_CODES), /^aws cloudfront /],
] as const satisfies readonly (readonly [OtherDoor, readonly string[], RegExp])[];

const pageOf = (language: string, id: string): string => readFileSync(`runbooks/${language}/${id}.md`, 'utf8');
const blocksOf = (page: string): string[][] =>
  [...page.matchAll(/^ *```sh\n([^`]*)```$/gm)].map(([, block = '']) => block.trim().split(/\n */));
/** Pages that set doors side by side keep what they say of API Gateway, and say that they do. */
const BESIDE = new Set(['no-client-certificate']);
const GATEWAY =
  /aws apigateway|EXECUTION_LOG_GROUP|ACCESS_LOG_GROUP|`AVAILABLE`|truststoreWarnings|Domain name|\b403\b/;

describe.each(DOORS)('at the door %s', (door, reasons, other) => {
  const ids = [...new Set<string>([...findingCodes, ...reasons])].filter((id) => !BESIDE.has(id));

  it.each(languages)('no page names commands, states or answers of API Gateway, in %s', (language) => {
    const left = ids.flatMap((id) => {
      const page = pageForDoor(pageOf(language, id), { door, code: null }, language);
      return page.split('\n').flatMap((line) => (GATEWAY.test(line) ? [`${id}: ${line}`] : []));
    });
    expect(left).toEqual([]);
  });

  it('commands of the other door stand only in blocks that are about it', () => {
    const mixed = ids.flatMap((id) =>
      blocksOf(pageForDoor(pageOf('en', id), { door, code: null }, 'en')).filter(
        (block) => block.some((line) => other.test(line)) && !block.every((line) => other.test(line)),
      ),
    );
    expect(mixed).toEqual([]);
  });

  it.each(languages)('judges by the rules of the door in every command of every page, in %s', (language) => {
    const option = `--door ${door === 'cloudfront' ? 'cloudfront' : 'alb'}`;
    const own = runbookIds.flatMap((id) =>
      [
        ...pageForDoor(pageOf(language, id), { door, code: null }, language).matchAll(
          /\bmtls-watch\s+(?:diagnose|audit|preflight)\b[^\n`]*/g,
        ),
      ].map(([command]) => command),
    );
    expect(own.length).toBeGreaterThan(60);
    expect(own.filter((command) => !command.endsWith(` ${option}`))).toEqual([]);
  });

  it('has the same commands in both languages, and changes every page with those of API Gateway', () => {
    for (const id of ids) {
      const [en = '', ja = ''] = languages.map((one) => pageForDoor(pageOf(one, id), { door, code: 'X' }, one));
      expect(blocksOf(ja), id).toEqual(blocksOf(en));
      if (GATEWAY.test(pageOf('en', id))) expect(en, id).toContain(`'"Failed:X"'`);
    }
  });
});

it('says of an expired certificate what the door can do', () => {
  const at = (door: OtherDoor) => pageForDoor(pageOf('en', 'expired'), { door, code: 'ClientCertExpired' }, 'en');
  expect(at('cloudfront')).toContain('IgnoreCertificateExpiry');
  expect(at('cloudfront')).toMatch(/--region us-east-1 .*"Failed:ClientCertExpired"/);
  expect(at('load-balancer')).toContain('IgnoreClientCertificateExpiry');
  expect(at('load-balancer')).toContain('ca-certificates-bundle-s3-object-version PREVIOUS_VERSION');
});
