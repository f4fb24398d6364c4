/**
 * Makes `test/fixtures/dn-spellings.json`: `npx tsx test/x509/support/make-spellings.ts`. Certificates with names of every kind, and how
 * OpenSSL, Java, Go, Python's cryptography and GnuTLS print them, so that the tests need none of these. Tools that are not
 * installed are left out.
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attributeSet, leaf } from '../../support/certificates.js';
import * as der from '../../support/der-writer.js';

type Pair = readonly [type: string, value: string | Uint8Array];

const set = (...pairs: readonly Pair[]) => attributeSet(...pairs);
const nameOf = (...pairs: readonly Pair[]) => der.sequence(...pairs.map((pair) => set(pair)));
const latin1 = (text: string) => der.tlv(0x13, Buffer.from(text, 'latin1'));

const NAMES: Readonly<Record<string, Uint8Array>> = {
  plain: nameOf(
    ['C', 'US'],
    ['ST', 'Washington'],
    ['L', 'Seattle'],
    ['O', 'Example Corp'],
    ['OU', 'Security'],
    ['CN', 'My Private CA'],
  ),
  backwards: nameOf(['CN', 'My Private CA'], ['OU', 'Security'], ['O', 'Example Corp'], ['C', 'US']),
  punctuation: nameOf(['C', 'DE'], ['O', 'Müller, Söhne + Co; "KG" <x>=\\'], ['CN', '#1 CA']),
  blanks: nameOf(['C', 'US'], ['O', ' Acme  Inc. '], ['CN', 'x']),
  japanese: nameOf(['C', 'JP'], ['O', '株式会社サンプル'], ['CN', 'サンプル認証局 😀']),
  'latin-1 in a PrintableString': nameOf(
    ['C', latin1('DE')],
    ['L', latin1('Bornhöved')],
    ['O', latin1('Müller GmbH')],
    ['CN', 'Muller CA'],
  ),
  'other string types': nameOf(
    ['C', der.printable('DE')],
    ['O', der.tlv(0x14, Buffer.from('Größe AG', 'latin1'))],
    ['CN', der.tlv(0x1e, Buffer.from('\u0000B\u0000M\u0000P\u0000 \u0000\u00fc', 'latin1'))],
  ),
  'two values in one': der.sequence(
    set(['C', 'US']),
    set(['O', 'Acme']),
    set(['CN', 'x'], ['0.9.2342.19200300.100.1.1', '7']),
  ),
  domain: nameOf(['DC', der.ia5('com')], ['DC', der.ia5('example')], ['OU', 'People'], ['CN', 'x']),
  mail: nameOf(['C', 'US'], ['O', 'Acme'], ['CN', 'x'], ['E', der.ia5('ca@acme.example')]),
  'extended validation': nameOf(
    ['1.3.6.1.4.1.311.60.2.1.3', 'US'],
    ['1.3.6.1.4.1.311.60.2.1.2', 'Delaware'],
    ['2.5.4.15', 'Private Organization'],
    ['2.5.4.5', '5157550'],
    ['C', 'US'],
    ['2.5.4.17', '94107'],
    ['ST', 'California'],
    ['2.5.4.9', '1 Main Street'],
    ['O', 'Acme, Inc.'],
    ['CN', 'Acme CA'],
  ),
  house: nameOf(
    ['C', 'IN'],
    ['O', 'eSample Technologies'],
    ['OU', 'Certifying Authority'],
    ['2.5.4.17', '560103'],
    ['ST', 'Karnataka'],
    ['2.5.4.9', 'Sample Road'],
    ['2.5.4.51', '3rd Floor'],
    ['CN', 'eSample CA 2026'],
  ),
  person: nameOf(
    ['C', 'ES'],
    ['2.5.4.4', 'García'],
    ['2.5.4.42', 'Ana'],
    ['2.5.4.5', 'IDCES-00000000T'],
    ['2.5.4.12', 'Dr'],
    ['2.5.4.46', 'q7'],
    ['2.5.4.97', 'VATES-A00000000'],
    ['2.5.4.65', 'nym'],
    ['CN', 'Ana García'],
  ),
  'unknown types': nameOf(['C', 'US'], ['O', 'Acme'], ['1.2.3.4.5', 'odd'], ['CN', 'x']),
  'one rank only': nameOf(['OU', 'b'], ['OU', 'a'], ['OU', 'c']),
  'without a rank': nameOf(['2.5.4.5', '12345'], ['2.5.4.13', 'gateway']),
};

const NAME_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  default: [],
  compat: ['-nameopt', 'compat'],
  oneline: ['-nameopt', 'oneline'],
  RFC2253: ['-nameopt', 'RFC2253'],
  multiline: ['-nameopt', 'multiline'],
  'oneline utf8': ['-nameopt', 'oneline,utf8,-esc_msb'],
  'long names': ['-nameopt', 'lname,sep_comma_plus,utf8'],
  numbers: ['-nameopt', 'oid,sep_comma_plus_space,utf8'],
  semicolons: ['-nameopt', 'sname,sep_semi_plus_space,esc_2253,esc_msb,utf8'],
  'without utf8': ['-nameopt', 'sname,sep_comma_plus,esc_2253,esc_ctrl,esc_msb'],
  quotes: ['-nameopt', 'sname,sep_comma_plus_space,use_quote,utf8'],
  'with types': ['-nameopt', 'sname,sep_comma_plus,esc_2253,show_type,utf8'],
  dumped: ['-nameopt', 'sname,sep_comma_plus,dump_all,dump_der'],
  reversed: ['-nameopt', 'sname,sep_comma_plus_space,dn_rev,esc_2253,utf8,space_eq'],
};

const JAVA = `
import java.io.*; import java.nio.file.*; import java.security.cert.*; import javax.security.auth.x500.X500Principal;
public class Names { public static void main(String[] files) throws Exception {
  PrintStream out = new PrintStream(System.out, true, "UTF-8");
  for (String file : files) {
    X509Certificate one = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(Files.newInputStream(Path.of(file)));
    X500Principal name = one.getSubjectX500Principal();
    for (String text : new String[] { name.toString(), name.getName("RFC1779"), name.getName("RFC2253") }) out.print(text + "\\0");
  } } }`;
const GO = `
package main
import ("crypto/x509"; "crypto/x509/pkix"; "encoding/asn1"; "encoding/pem"; "fmt"; "os")
func main() { for _, file := range os.Args[1:] {
  bytes, _ := os.ReadFile(file); block, _ := pem.Decode(bytes)
  one, err := x509.ParseCertificate(block.Bytes)
  if err != nil { fmt.Print("\\x00\\x00"); continue }
  var rdns pkix.RDNSequence
  asn1.Unmarshal(one.RawSubject, &rdns)
  fmt.Print(one.Subject.String(), "\\x00", rdns.String(), "\\x00")
} }`;
const PYTHON = `
import sys
from cryptography import x509
for file in sys.argv[1:]:
    try: text = x509.load_pem_x509_certificate(open(file, 'rb').read()).subject.rfc4514_string()
    except Exception: text = ''
    sys.stdout.buffer.write(text.encode() + b'\\0')`;

function run(command: string, args: readonly string[]): string {
  const { status, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1e8,
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  return status === 0 ? stdout : '';
}

const folder = mkdtempSync(join(tmpdir(), 'spellings-'));
const made = Object.entries(NAMES).map(([kind, name], at) => {
  const pem = leaf({ subject: name, key: 'ec-a', keyIds: false }).pem;
  const file = join(folder, `${at}.pem`);
  writeFileSync(file, pem);
  return { kind, pem, file, spellings: {} as Record<string, string> };
});
const files = made.map(({ file }) => file);

/** Texts of a tool that prints `forms` of them for each file, each with a zero behind it. */
function add(text: string, forms: readonly string[]): void {
  const texts = text.split('\0');
  for (const [at, { spellings }] of made.entries())
    for (const [form, label] of forms.entries()) {
      const spelling = texts[at * forms.length + form] ?? '';
      if (spelling !== '') spellings[label] = spelling;
    }
}

for (const { file, spellings } of made) {
  for (const [label, options] of Object.entries(NAME_OPTIONS)) {
    const text = run('openssl', ['x509', '-in', file, '-noout', '-subject', ...options]);
    if (text !== '') spellings[`openssl ${label}`] = text.replace(/^subject=\s*/, '').trimEnd();
  }
  const subject = /^\s*Subject: (.*)$/m.exec(run('certtool', ['--certificate-info', '--infile', file]))?.[1];
  if (subject !== undefined) spellings.gnutls = subject;
}
writeFileSync(join(folder, 'Names.java'), JAVA);
add(run('java', ['-Dfile.encoding=UTF-8', join(folder, 'Names.java'), ...files]), [
  'java toString',
  'java RFC1779',
  'java RFC2253',
]);
mkdirSync(join(folder, 'go'));
writeFileSync(join(folder, 'go', 'main.go'), GO);
add(run('go', ['run', join(folder, 'go', 'main.go'), ...files]), ['go Name', 'go RDNSequence']);
writeFileSync(join(folder, 'names.py'), PYTHON);
add(run('python3', [join(folder, 'names.py'), ...files]), ['python cryptography']);

const fixture = made.map(({ kind, pem, spellings }) => ({ kind, pem, spellings }));
writeFileSync(
  fileURLToPath(new URL('../../fixtures/dn-spellings.json', import.meta.url)),
  `${JSON.stringify(fixture, null, 2)}\n`,
);
rmSync(folder, { recursive: true });
console.log(fixture.map(({ kind, spellings }) => `${kind}: ${Object.keys(spellings).length}`).join('\n'));
