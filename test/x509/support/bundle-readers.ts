/**
 * Records what OpenSSL and Java read of the damaged bundles, for `strict-pem.test.ts`, which needs neither:
 * `npx tsx test/x509/support/bundle-readers.ts` with `openssl` (3.0 or newer) and a JDK (11 or newer) on the path.
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { damagedBundles } from './damages.js';
import { blocks, NAMES } from './three-blocks.js';

const JAVA = `
import java.io.*; import java.security.cert.*; import java.util.*;
public class Read {
  public static void main(String[] files) throws Exception {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    for (String file : files) {
      StringBuilder read = new StringBuilder();
      try (InputStream in = new FileInputStream(file)) {
        for (java.security.cert.Certificate one : factory.generateCertificates(in))
          read.append(((X509Certificate) one).getSubjectX500Principal().getName()).append(';');
        System.out.println(read.length() == 0 ? "fail" : read);
      } catch (CertificateException error) { System.out.println("fail"); }
    }
  }
}`;

const folder = mkdtempSync(join(tmpdir(), 'bundle-readers-'));
mkdirSync(join(folder, 'bundles'));
const bundles = damagedBundles(blocks).map(({ name, text }, at) => {
  const file = join(folder, 'bundles', String(at));
  writeFileSync(file, text, 'latin1');
  return { name, file };
});
writeFileSync(join(folder, 'Read.java'), JAVA);
const { stdout, stderr, status } = spawnSync('java', [join(folder, 'Read.java'), ...bundles.map(({ file }) => file)], {
  encoding: 'utf8',
});
if (status !== 0) throw new Error(`java: ${stderr}`);
const ofJava = stdout.trim().split('\n');

// What `openssl storeutl` reads of it by numbers, whether `openssl crl2pkcs7` takes it as a whole, and what Java reads.
const read = bundles.map(({ name, file }, at) => {
  const store = spawnSync('openssl', ['storeutl', '-certs', '-noout', '-text', file], { encoding: 'latin1' }).stdout;
  const whole = spawnSync('openssl', ['crl2pkcs7', '-nocrl', '-certfile', file], { encoding: 'latin1' });
  const java = ofJava[at] ?? '';
  return [
    name,
    [numbers(store), whole.status === 0 ? 'whole' : 'refused', java === 'fail' ? 'refused' : numbers(java)].join(' '),
  ];
});
const table = JSON.stringify(Object.fromEntries(read), null, 2);
writeFileSync(new URL('../fixtures/bundle-readers.json', import.meta.url), `${table}\n`);

function numbers(text: string): string {
  const subjects = text.split(/\n|;/).filter((line) => /Subject:|^CN=/.test(line));
  return subjects.map((line) => NAMES.findIndex((name) => line.includes(name)) + 1).join('');
}
