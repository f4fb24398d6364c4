/** Records of connections that are text: which value is which field, and where values end. */

import { describe, expect, it } from 'vitest';
import type { ConnectionField, FieldNames } from '../../shared/doors/connection-fields.js';
import { fieldsOfText, namedFields } from '../../shared/doors/connection-text.js';

const STATUS = 'Failed:ClientCertExpired';
const VALIDITY = 'NotBefore=2025-01-01T00:00:00Z;NotAfter=2026-01-01T00:00:00Z';
const SUBJECT = 'CN=edi-01,O=Acme';
const byShape = (text: string) => fieldsOfText(text, null, []);

describe('by its shape a value is', () => {
  const hex = (length: number) => 'a1'.repeat(length / 2);
  const SHAPES: readonly (readonly [ConnectionField, takes: readonly string[], not: readonly string[]])[] = [
    [
      'validity',
      [VALIDITY, 'NotBefore=;NotAfter=', `NotBefore=${'x'.repeat(40)};NotAfter=${'x'.repeat(40)}`],
      [
        `x${VALIDITY}`,
        `${VALIDITY};`,
        'NotBefore=a',
        'NotAfter=a',
        `NotBefore=${'x'.repeat(41)};NotAfter=x`,
        `NotBefore=x;NotAfter=${'x'.repeat(41)}`,
      ],
    ],
    [
      'connectionId',
      [`TID_${hex(16)}`, `TID_${hex(64)}`, `${'aB1+/-'.repeat(9)}==`],
      [
        `TID_${hex(14)}`,
        `TID_${hex(66)}`,
        `TID_${hex(16)}x`,
        `xTID_${hex(16)}`,
        `${'a'.repeat(53)}==`,
        `${'a'.repeat(54)}=`,
        `${'a'.repeat(54)}==x`,
      ],
    ],
    [
      'clientIp',
      ['203.0.113.7', '1.2.3.255', '2001:db8::1', '::1', '::', 'a:b:c'],
      [
        '203.0.113',
        '203.0.113.7.8',
        'x203.0.113.7',
        '203.0.113.7x',
        '1:2',
        '2001:db8::12345',
        '2001:db8::g',
        '1:2:3:4:5:6:7:8:9',
      ],
    ],
    [
      'tenant',
      ['dt_abcd1234', `dt_${'a'.repeat(40)}`],
      ['dt_abc1234', `dt_${'a'.repeat(41)}`, 'xdt_abcd1234', 'dt_abcd1234-'],
    ],
    [
      'distribution',
      ['E1ABCDEFGHIJ', `E${'A'.repeat(9)}`, `E${'9'.repeat(20)}`],
      ['E1ABCDEF', `E${'A'.repeat(21)}`, 'e1abcdefghij', 'xE1ABCDEFGHIJ', 'E1ABCDEFGHIJ-'],
    ],
    [
      'loadBalancer',
      [
        'arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/app/a/b',
        'arn:aws-us-gov:elasticloadbalancing:x',
        `app/my-lb/${hex(16)}`,
      ],
      [
        'arn:aws:elasticloadbalancing:',
        'arn:aws:s3:::x',
        'xarn:aws:elasticloadbalancing:x',
        `app/my-lb/${hex(14)}`,
        `app/my-lb/${hex(18)}`,
        `net/my-lb/${hex(16)}`,
        `app//${hex(16)}`,
        `xapp/my-lb/${hex(16)}`,
        `app/${'a'.repeat(33)}/${hex(16)}`,
      ],
    ],
    [
      'serial',
      ['04:A3', '04:a3:1f', Array(21).fill('0a').join(':'), 'A1B2C3D4E5F60718', 'A'.repeat(40)],
      [
        '4:A3',
        '04:A3:',
        '04:A3:1',
        Array(22).fill('0a').join(':'),
        'A1B2C3D4E5F6071',
        'a1b2c3d4e5f60718',
        'A'.repeat(41),
        'xA1B2C3D4E5F60718',
      ],
    ],
    [
      'subject',
      ['CN=x', '"CN=x', 'OID.2.5.4.3=x', `a${'b'.repeat(63)}=x`],
      ['=x', '2.5.4.3=x', `a${'b'.repeat(64)}=x`, 'C!N=x', '/CN=x'],
    ],
    [
      'sni',
      ['partners.bank.example', 'a.b', 'a-b.c_d.', `${'a'.repeat(63)}.example`, 'a.b.c.d.e.f.g.h.i'],
      [
        'localhost',
        `${'a'.repeat(64)}.example`,
        'a..b',
        'a.b/',
        '.a.b',
        'a.b.c.d.e.f.g.h.i.j',
        `${'abcdefg.'.repeat(32)}x`,
      ],
    ],
  ];

  it.each(SHAPES)('%s', (field, takes, not) => {
    expect(takes.map((value) => byShape(`${STATUS}\t${value}`)?.[field])).toEqual(takes);
    expect(not.filter((value) => byShape(`${STATUS}\t${value}`)?.[field] === value)).toEqual([]);
  });

  it('status', () => {
    const takes = ['Success', 'Failed', 'Failed:ClientCertExpired', `Failed:${'a'.repeat(64)}`];
    const not = ['success', 'Succeeded', 'Failure', 'Failed:', 'Failed:a-b', `Failed:${'a'.repeat(65)}`, 'NotFailed'];
    expect(takes.map((value) => byShape(`${value}\t${VALIDITY}`)?.status)).toEqual(takes);
    expect(not.map((value) => byShape(`${value}\t${VALIDITY}`)?.status)).toEqual(not.map(() => undefined));
  });

  it.each([
    'TLSv1.3',
    'TLS1.2',
    '443',
    '0.017',
    '1764434700.123456789',
    '2026-10-13T09:20:00.123Z',
    '2026-10-13T09:20',
    '-',
    'TLS_AES_128_GCM_SHA256',
    'ECDHE-RSA-AES128',
    'AES128-SHA',
    'DHE-RSA',
    'X25519',
    'X25519MLKEM768',
    'SecP256r1MLKEM768',
    'prime256v1',
    'secp384r1',
    'MLKEM768',
    'x25519',
  ])('nothing that is read, and yet of a connection: %s', (value) => {
    // Of four values three are known, so that the whole is a connection.
    expect(byShape(`${STATUS} what is ${value}`)).toEqual({ status: STATUS });
    expect(byShape(`${STATUS} what is this`)).toBeNull();
    expect(byShape(`${STATUS} what is x${value.replace(/^x/, '_')}!`)).toBeNull();
  });
});

describe('by shapes alone', () => {
  it('a failure comes before a success, and of two ids none is taken', () => {
    const [one, two] = ['0', '1'].map((digit) => `TID_${digit.repeat(16)}`);
    expect(byShape(`Success ${STATUS}`)).toEqual({ status: STATUS });
    expect(byShape(`${STATUS} Success`)).toEqual({ status: STATUS });
    expect(byShape(`${STATUS} ${one}`)).toEqual({ status: STATUS, connectionId: one });
    expect(byShape(`${STATUS} ${one} ${two}`)).toEqual({ status: STATUS });
  });

  it('the first name is the subject, the second the issuer', () => {
    expect(byShape(`${STATUS}\t${SUBJECT}\tCN=CA`)).toEqual({ status: STATUS, subject: SUBJECT, issuer: 'CN=CA' });
    expect(byShape(`${STATUS}\t${SUBJECT}`)).toEqual({ status: STATUS, subject: SUBJECT });
  });

  it('the port of the listener follows the address and the port of the client', () => {
    expect(byShape(`203.0.113.7 50123 443 ${STATUS}`)).toMatchObject({ clientIp: '203.0.113.7', listenerPort: '443' });
    for (const text of [
      `203.0.113.7 443 ${STATUS}`,
      `50123 443 ${STATUS}`,
      `203.0.113.7 123456 443 ${STATUS}`,
      `203.0.113.7 50123 123456 ${STATUS}`,
    ]) {
      expect(byShape(text)).not.toHaveProperty('listenerPort');
    }
  });

  it('nothing is a connection without a status or a validity, and nothing of which less than half is known', () => {
    expect(byShape('203.0.113.7 50123 443 TLSv1.3')).toBeNull();
    expect(byShape(`203.0.113.7 what ever it is ${VALIDITY}`)).toEqual({ clientIp: '203.0.113.7', validity: VALIDITY });
    expect(byShape(`${STATUS} what`)).toEqual({ status: STATUS });
    expect(byShape(`${STATUS} what is`)).toBeNull();
    expect(byShape('')).toBeNull();
  });

  it.each(['(', '{', '<', '['])('nothing with a word that begins with %s', (sign) => {
    expect(byShape(`${STATUS} 203.0.113.7 443 ${sign}x`)).toBeNull();
    expect(byShape(`${STATUS} 203.0.113.7 443 x${sign}`)).not.toBeNull();
  });

  it('nothing of a request at API Gateway', () => {
    const id = '4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998';
    const rest = `${STATUS} 203.0.113.7 443 TLSv1.3`;
    expect(byShape(`${rest} 403 ${id}`)).toBeNull();
    expect(byShape(`${rest} 403 ${id.toUpperCase()}`)).toBeNull();
    for (const words of [`403 ${id}0`, `403 0${id}`, `200 ${id}`, '403 x'])
      expect(byShape(`${rest} ${words}`)).not.toBeNull();
  });
});

describe('between values stands', () => {
  const VALUES = ['203.0.113.7', STATUS, 'partners.bank.example', '04:A3:1F'];
  const FIELDS = { clientIp: VALUES[0], status: VALUES[1], sni: VALUES[2], serial: VALUES[3] };

  it.each(['\t', ' ', ',', ';', '|', ' | ', ', ', '; ', '#', '~'])('%j', (delimiter) => {
    const quoted = VALUES.map((value) => `"${value}"`);
    for (const values of [VALUES, quoted, VALUES.toReversed(), quoted.toReversed()]) {
      expect(byShape(values.join(delimiter))).toEqual(FIELDS);
    }
    if (delimiter.trim() === delimiter) expect(byShape([...VALUES, ''].join(delimiter))).toEqual(FIELDS);
    expect(byShape(`${STATUS}${delimiter}203.0.113.7`)).toEqual({ status: STATUS, clientIp: '203.0.113.7' });
    expect(byShape(`203.0.113.7${delimiter}${STATUS}`)).toEqual({ status: STATUS, clientIp: '203.0.113.7' });
  });

  it('what may be in a quoted value, too', () => {
    const words = [`"${SUBJECT}"`, '"CN=a, b CA,O=x"', STATUS, '203.0.113.7'];
    expect(byShape(words.join(','))).toMatchObject({
      subject: SUBJECT,
      issuer: 'CN=a, b CA,O=x',
      clientIp: '203.0.113.7',
    });
  });

  it('what is written with percent signs is read, unless it is no text', () => {
    expect(byShape(`${STATUS}\tCN=a%20b%2Cc\tCN=%E3%82%AB`)).toEqual({
      status: STATUS,
      subject: 'CN=a b,c',
      issuer: 'CN=カ',
    });
    expect(byShape(`${STATUS}\tCN=%FF\tCN=a b%20c`)).toEqual({
      status: STATUS,
      subject: 'CN=%FF',
      issuer: 'CN=a b%20c',
    });
    expect(byShape(`${STATUS}\tCN=100%\tCN=%2g`)).toEqual({ status: STATUS, subject: 'CN=100%', issuer: 'CN=%2g' });
  });
});

describe('a name that holds what stands between values is put together', () => {
  const rest = { status: STATUS, clientIp: '203.0.113.7' };
  it.each([
    [' ', 'CN=edi 01, O=Acme Logistics Inc., C=US'],
    [' ', 'CN=edi, OU=7 443 x, O=partners.bank.example, C=US'],
    [',', 'CN=edi-01,O=Acme,C=US'],
    [',', 'CN=edi-01, O=Acme, C=US'],
    [';', 'CN=edi-01,O=Acme'],
  ])('%j in %s', (delimiter, name) => {
    expect(byShape([STATUS, '203.0.113.7', name].join(delimiter))).toEqual({ ...rest, subject: name });
    expect(byShape([name, STATUS, '203.0.113.7'].join(delimiter))).toEqual({ ...rest, subject: name });
  });

  it('two of them are told apart by a repeated attribute, and between spaces by the comma that is missing', () => {
    const names = { subject: 'CN=edi,O=Acme', issuer: 'CN=CA,O=Acme' };
    expect(byShape([STATUS, '203.0.113.7', ...Object.values(names)].join(','))).toEqual({ ...rest, ...names });
    expect(byShape([STATUS, '203.0.113.7', ...Object.values(names)].join(' '))).toEqual({ ...rest, ...names });
  });

  it('a validity, too, where it is cut at its semicolon', () => {
    expect(byShape([STATUS, VALIDITY, '203.0.113.7'].join(';'))).toEqual({ ...rest, validity: VALIDITY });
  });
});

describe('by its place', () => {
  const order: readonly ConnectionField[] = ['unread', 'clientIp', 'status', 'sni'];

  it('each value is the field of its place, where there are as many, or only the time is missing', () => {
    const fields = { clientIp: 'x', status: 'y', sni: '' };
    expect(fieldsOfText('t\tx\ty\t-', order, [])).toEqual({ unread: 't', ...fields });
    expect(fieldsOfText('x\ty\t-', order, [])).toEqual(fields);
    expect(fieldsOfText('x\ty', order, [])).toBeNull();
    expect(fieldsOfText('x\ty\t-', ['status', ...order.slice(1)], [])).toBeNull();
    expect(fieldsOfText(' \tx\ty\t-\n', ['clientIp', 'status', 'sni'], [])).toEqual(fields);
  });

  it('the first of two places of a field counts', () => {
    expect(fieldsOfText('x\ty', ['sni', 'sni'], [])).toEqual({ sni: 'x' });
  });

  const documented: readonly ConnectionField[] = [
    'unread',
    'clientIp',
    'status',
    'subject',
    'issuer',
    'distribution',
    'sni',
    'unread',
  ];
  const words = ['2026-10-13T09:20:00Z', '203.0.113.7', STATUS, 'CN=x', 'CN=CA', 'E1ABCDEFGHIJ', 'a.example', 'last'];
  const known = {
    clientIp: '203.0.113.7',
    status: STATUS,
    subject: 'CN=x',
    issuer: 'CN=CA',
    distribution: 'E1ABCDEFGHIJ',
    sni: 'a.example',
  };

  it.each([
    ['all', words],
    ['all but the last', words.slice(0, -1)],
    ['all but the time', words.slice(1)],
    ['neither the time nor the last', words.slice(1, -1)],
  ])('the order of the documentation is known: %s', (_, some) => {
    expect(fieldsOfText(some.join('\t'), null, documented)).toMatchObject(known);
    // By shapes alone `-` would be nothing, and a subject the issuer's.
    const without = some.map((word) => (word === 'CN=x' || word === 'a.example' ? '-' : word));
    expect(fieldsOfText(without.join('\t'), null, documented)).toMatchObject({ ...known, subject: '', sni: '' });
  });

  it.each([
    ['203.0.113.7', 'what'],
    [STATUS, 'what'],
    ['CN=CA', 'what'],
    ['E1ABCDEFGHIJ', 'what'],
    ['a.example', '203.0.113.8'],
  ])('and is not believed where %s is %s', (value, other) => {
    const some = words.slice(1, -1).map((word) => (word === value ? other : word === 'CN=x' ? '-' : word));
    const read = fieldsOfText(some.join('\t'), null, documented);
    expect(read === null || read.subject === undefined || read.subject !== '').toBe(true);
  });
});

describe('a list of names', () => {
  const names = { status: 'status', clientip: 'clientIp', time: 'unread' } as unknown as FieldNames;
  it('is a header, or the fields of the settings, if it names nothing else', () => {
    expect(namedFields('#Fields: status client-ip time', names)).toEqual(['status', 'clientIp', 'unread']);
    expect(namedFields('#fields:status,clientIp', names)).toEqual(['status', 'clientIp']);
    expect(namedFields('status\tclient_ip', names)).toEqual(['status', 'clientIp']);
    for (const text of [
      '',
      '#Fields:',
      'status other',
      'constructor',
      'status Fields',
      `status ${' '.repeat(70_000)}`,
    ]) {
      expect(namedFields(text, names)).toBeNull();
    }
  });
});
