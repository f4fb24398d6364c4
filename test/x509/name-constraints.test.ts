/** The edges of name constraints, each by its rule in RFC 5280, 4.2.1.10, or in OpenSSL's v3_ncons.c. */

import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../shared/x509/certificate.js';
import type { Rdn } from '../../shared/x509/dn.js';
import type { GeneralName, Subtree } from '../../shared/x509/extensions.js';
import { checkNameConstraints } from '../../shared/x509/name-constraints.js';

const rdn = (name: string, text: string): Rdn => [{ name, value: { text } }] as unknown as Rdn;
const bytes = (...all: number[]): Uint8Array => Uint8Array.from(all);
const dns = (text: string): GeneralName => ({ kind: 'dns', text });
const email = (text: string): GeneralName => ({ kind: 'email', text });
const uri = (text: string): GeneralName => ({ kind: 'uri', text });
const ip = (...all: number[]): GeneralName => ({ kind: 'ip', bytes: bytes(...all) });
const sixteen = (...first: number[]): number[] => [...first, ...new Array<number>(16 - first.length).fill(0)];
const directory = (...rdns: Rdn[]): GeneralName => ({ kind: 'directory', rdns });
const other = (tag: number): GeneralName => ({ kind: 'other', tag });

const subtree = (base: GeneralName, bounded = false): Subtree => ({ base, bounded });

function certificate(names: readonly GeneralName[] | null, ...subjectRdns: Rdn[]): Certificate {
  return { subjectRdns, subjectDn: 'the subject', subjectAltNames: names } as unknown as Certificate;
}

type Verdict = 'ok' | 'not-permitted' | 'excluded' | 'unsupported' | 'too-many';

const permit = (name: GeneralName, base: GeneralName): Verdict =>
  checkNameConstraints(certificate([name]), { permitted: [subtree(base)], excluded: [] }, true)?.kind ?? 'ok';
const exclude = (name: GeneralName, base: GeneralName): Verdict =>
  checkNameConstraints(certificate([name]), { permitted: [], excluded: [subtree(base)] }, true)?.kind ?? 'ok';

describe('a base covers', () => {
  it.each<[GeneralName, GeneralName, boolean | 'unsupported']>([
    [dns('a.example'), dns('a.example'), true],
    [dns('A.Example'), dns('a.eXAMPLE'), true],
    [dns('b.a.example'), dns('a.example'), true],
    [dns('ba.example'), dns('a.example'), false],
    [dns('a.example'), dns('.a.example'), false],
    [dns('b.a.example'), dns('.a.example'), true],
    [dns('a.example'), dns(''), true],
    [email('p@a.example'), email('a.example'), true],
    [email('p@b.a.example'), email('a.example'), false],
    [email('p@b.a.example'), email('.a.example'), true],
    [email('p@a.example'), email('.a.example'), false],
    [email('p@.a.example'), email('.a.example'), false],
    [email('p@A.EXAMPLE'), email('p@a.example'), true],
    [email('p@a.example'), email('p@A.EXAMPLE'), true],
    [email('p@a.example'), email('A.EXAMPLE'), true],
    [email('P@a.example'), email('p@a.example'), false],
    [email('q@a.example'), email('p@a.example'), false],
    [email('p@b.example'), email('p@a.example'), false],
    [email('q@a.example'), email('@a.example'), true],
    [email('q@b.example'), email('@a.example'), false],
    [email('p@a.example'), email(''), true],
    [email('"a@b"@a.example'), email('a.example'), true],
    [email('nobody'), email('a.example'), 'unsupported'],
    [uri('https://a.example/x'), uri('a.example'), true],
    [uri('https://b.a.example/x'), uri('a.example'), false],
    [uri('https://b.a.example'), uri('.a.example'), true],
    [uri('https://u:p@a.example:8443/x'), uri('a.example'), true],
    [uri('https://a.example@evil.example/'), uri('a.example'), false],
    [uri('https://a.example?x'), uri('A.example'), true],
    [uri('urn:a.example'), uri('a.example'), 'unsupported'],
    [uri('https:///x'), uri('a.example'), 'unsupported'],
    [ip(10, 0, 0, 9), ip(10, 0, 0, 0, 255, 255, 255, 0), true],
    [ip(10, 0, 1, 9), ip(10, 0, 0, 0, 255, 255, 255, 0), false],
    [ip(10, 0, 0, 9), ip(0, 0, 0, 0, 0, 0, 0, 0), true],
    [ip(10, 0, 0, 9), ip(...Array.from({ length: 32 }, () => 0)), false],
    [ip(...sixteen(0x20, 1)), ip(...sixteen(0x20), ...sixteen(0xff)), true],
    [ip(...sixteen(0x30, 1)), ip(...sixteen(0x20), ...sixteen(0xff)), false],
    [ip(...sixteen(0x20)), ip(10, 0, 0, 0, 255, 255, 255, 0), false],
    [ip(10, 0, 0), ip(10, 0, 0, 0, 255, 255, 255, 0), 'unsupported'],
    [ip(10, 0, 0, 9), ip(10, 0, 0, 0), 'unsupported'],
    [directory(rdn('C', 'US'), rdn('O', 'Acme')), directory(rdn('C', 'US')), true],
    [directory(rdn('C', 'us'), rdn('O', 'Acme')), directory(rdn('C', 'US'), rdn('O', ' acme ')), true],
    [directory(rdn('C', 'US')), directory(rdn('C', 'US'), rdn('O', 'Acme')), false],
    [directory(rdn('O', 'Acme'), rdn('C', 'US')), directory(rdn('C', 'US')), false],
    [other(3), other(3), 'unsupported'],
  ])('%j by %j: %s', (name, base, covers) => {
    const isUnknown = covers === 'unsupported';
    expect(permit(name, base)).toBe(isUnknown ? 'unsupported' : covers ? 'ok' : 'not-permitted');
    expect(exclude(name, base)).toBe(isUnknown ? 'unsupported' : covers ? 'excluded' : 'ok');
  });
});

describe('a certificate', () => {
  const only = (...bases: GeneralName[]) => ({ permitted: bases.map((base) => subtree(base)), excluded: [] });

  it('needs one of the bases of a kind, and none of another kind', () => {
    expect(checkNameConstraints(certificate([dns('b.example')]), only(dns('a.example'), dns('b.example')), true)).toBe(
      null,
    );
    expect(checkNameConstraints(certificate([dns('b.example')]), only(email('a.example')), true)).toBe(null);
    expect(checkNameConstraints(certificate([]), only(dns('a.example')), true)).toBe(null);
    const others = certificate([other(3)]);
    expect(checkNameConstraints(others, only(other(5)), true)).toBe(null);
    expect(checkNameConstraints(others, only(other(5), other(3)), true)?.kind).toBe('unsupported');
    expect(checkNameConstraints(others, only(dns('a.example')), true)).toBe(null);
  });

  it('is refused where a later name is, and where a permitted one is excluded', () => {
    const names = [dns('a.example'), dns('b.example')];
    expect(checkNameConstraints(certificate(names), only(dns('a.example')), true)).toMatchObject({
      kind: 'not-permitted',
      name: 'DNS name b.example',
    });
    const both = { permitted: [subtree(dns('example'))], excluded: [subtree(dns('b.example'))] };
    expect(checkNameConstraints(certificate(names), both, true)).toMatchObject({
      kind: 'excluded',
      constraint: 'DNS name b.example',
    });
  });

  it('is refused for a minimum or a maximum, which nobody evaluates, in either list', () => {
    const bounded = [subtree(dns('a.example'), true)];
    const one = certificate([dns('a.example')]);
    expect(checkNameConstraints(one, { permitted: bounded, excluded: [] }, true)?.kind).toBe('unsupported');
    expect(checkNameConstraints(one, { permitted: [], excluded: bounded }, true)?.kind).toBe('unsupported');
    expect(checkNameConstraints(certificate([]), { permitted: bounded, excluded: [] }, true)).toBe(null);
  });

  it('has its subject checked as a directory name, unless it is empty', () => {
    const constraints = only(directory(rdn('O', 'Acme')));
    expect(checkNameConstraints(certificate(null, rdn('O', 'Acme'), rdn('CN', 'x')), constraints, true)).toBe(null);
    expect(checkNameConstraints(certificate(null, rdn('O', 'Other')), constraints, true)?.kind).toBe('not-permitted');
    expect(checkNameConstraints(certificate(null), constraints, true)).toBe(null);
  });

  it('has the mail address of its subject checked', () => {
    const constraints = only(email('a.example'));
    const of = (text: string) => certificate(null, rdn('EMAILADDRESS', text));
    expect(checkNameConstraints(of('p@a.example'), constraints, true)).toBe(null);
    expect(checkNameConstraints(of('p@b.example'), constraints, true)?.name).toBe('mail address p@b.example');
  });

  it.each<[string, boolean, readonly GeneralName[] | null, boolean]>([
    ['evil.example', true, null, true],
    ['evil.example', true, [email('p@x')], true],
    ['evil.example', true, [dns('a.example')], false],
    ['evil.example', false, null, false],
    ['evil', true, null, false],
    ['Evil Client', true, null, false],
    ['-evil.example', true, null, false],
    ['evil-.example', true, null, false],
    ['e-vil.example', true, null, true],
    ['e_vil.example', true, null, true],
    ['evil..example', true, null, false],
    ['evil.example.', true, null, false],
    ['evil.example\0\0', true, null, true],
    ['evil\0.example', true, null, false],
    ['10.0.0.1', true, null, true],
  ])('has the common name %j checked as a host name (client %s, others %j): %s', (cn, isClient, names, isChecked) => {
    const found = checkNameConstraints(certificate(names, rdn('CN', cn)), only(dns('a.example')), isClient);
    expect(found?.kind ?? 'ok').toBe(isChecked ? 'not-permitted' : 'ok');
  });

  it('with too many names for its constraints is refused, and not one with as many as are compared', () => {
    const bases = Array.from({ length: 512 }, (_, n) => dns(`${n}.example`));
    const names = (count: number) => certificate(Array.from({ length: count }, () => dns('0.example')));
    const enough = Math.floor(2 ** 20 / 512);
    expect(checkNameConstraints(names(enough), only(...bases), true)?.kind ?? 'ok').toBe('ok');
    expect(checkNameConstraints(names(enough + 1), only(...bases), true)?.kind).toBe('too-many');
  });
});
