/**
 * Problems of a truststore file as a whole, found before its certificates are checked; for `audit` and every command
 * that takes a truststore.
 */

import { limits } from '../base/limits.js';
import { english, type Phrase, plain, say } from '../model/phrases.js';
import { type AuditFinding, mergedByCause, type PlacedFinding } from './audit-places.js';
import { type DoorRules, doorRules } from './door-rules.js';
import { sayPlural } from './format.js';
import type { Damage } from './pem-damage.js';
import type { BundleProblem, Truststore } from './truststore.js';
import { worded } from './wording.js';

export function fileFindings(truststore: Truststore, door: DoorRules = doorRules['api-gateway']): PlacedFinding[] {
  return [
    ...truststore.problems.map(problemOfBundle),
    ...truststore.duplicates.map(({ line, firstLine, subjectDn }) => duplicate(line, firstLine, subjectDn)),
    ...wholeFile(truststore, door),
    ...formFindings(truststore, door),
  ];
}

/**
 * Reasons why an answer from this truststore may be wrong: parts of the file are not read, or the door rejects it.
 */
export function fileErrors(truststore: Truststore, door?: DoorRules): AuditFinding[] {
  return mergedByCause(fileFindings(truststore, door).filter(({ severity }) => severity === 'error'));
}

function duplicate(line: number, firstLine: number, subjectDn: string): PlacedFinding {
  return {
    code: 'duplicate',
    severity: 'info',
    depth: null,
    subjectDn,
    ...worded({
      evidence: [say`the same certificate as in line ${firstLine}`],
      remedy: say`Leave it, or take the repetition of ${subjectDn} out: it changes nothing.`,
    }),
    line,
    cause: null,
  };
}

function problemOfBundle(problem: BundleProblem): PlacedFinding {
  const cause = 'what' in problem ? english(problem.what) : null;
  const at = { depth: null, subjectDn: null, line: problem.line, cause };
  switch (problem.kind) {
    case 'malformed':
      return {
        ...at,
        code: 'unreadable-block',
        severity: 'error',
        ...worded({
          evidence: [plain(problem.detail)],
          remedy: say`Replace the block by the certificate as its CA published it: it cannot be read (${plain(problem.detail)}).`,
        }),
      };
    case 'damaged':
      return { ...at, code: 'unreadable-block', severity: 'error', ...damageWords(problem) };
    case 'container':
      return { ...at, code: 'wrong-format', severity: 'error', ...damageWords(problem) };
    case 'misleading':
      return { ...at, code: 'not-pem', severity: 'warning', ...damageWords(problem) };
    case 'text':
      return problem.base64
        ? {
            ...at,
            code: 'not-pem',
            severity: 'warning',
            ...worded({
              evidence: [say`${sayPlural(problem.characters, 'character')} outside of any block, base64 among them`],
              remedy: say`Give the base64 from line ${problem.line} on its BEGIN and END lines, or take it out: it looks like a certificate that lost them, and nothing reads it.`,
            }),
          }
        : {
            ...at,
            code: 'not-pem',
            severity: 'info',
            ...worded({
              evidence: [say`${sayPlural(problem.characters, 'character')} outside of any block`],
              remedy: say`Leave the text in line ${problem.line} if it is a comment.`,
            }),
          };
    case 'other-label':
      if (problem.label.endsWith('PRIVATE KEY')) {
        return {
          ...at,
          code: 'private-key',
          severity: 'error',
          ...worded({
            evidence: [beginOf(problem.label)],
            remedy: say`Take the private key in line ${problem.line} out, delete every version of the object that has it, and replace the key: whoever can read the truststore has it.`,
          }),
        };
      }
      return {
        ...at,
        code: 'not-a-certificate',
        severity: 'warning',
        ...worded({
          evidence: [beginOf(problem.label)],
          remedy: problem.label.endsWith('REQUEST')
            ? say`Put the certificate that the CA made of this request in its place: a request lets nobody in.`
            : say`Take the block out: a truststore holds certificates only.`,
        }),
      };
  }
}

function damageWords({ what, cure }: Pick<Damage, 'what' | 'cure'>): ReturnType<typeof worded> {
  return worded({ evidence: [what], remedy: cure });
}

function beginOf(label: string): Phrase {
  return say`${`-----BEGIN ${label}-----`}`;
}

function wholeFile(truststore: Truststore, { truststore: bounds, ...door }: DoorRules): PlacedFinding[] {
  const who = plain(door.id === 'api-gateway' ? 'API Gateway' : door.name);
  const findings: PlacedFinding[] = [];
  const whole = { depth: null, subjectDn: null, line: null, cause: null, severity: 'error' } as const;
  const isExplained = truststore.problems.map(problemOfBundle).some(({ severity }) => severity === 'error');
  if (truststore.certificates.length === 0 && !isExplained) {
    findings.push({
      ...whole,
      code: 'no-certificates',
      ...worded({
        evidence: [say`no certificate could be read`],
        remedy: say`Put the CA certificates into the file as PEM blocks, ${'-----BEGIN CERTIFICATE-----'} to ${'-----END CERTIFICATE-----'}.`,
      }),
    });
  }
  const blocks = truststore.certificates.length + truststore.duplicates.length;
  if (blocks > bounds.certificates) {
    findings.push({
      ...whole,
      code: 'too-many-certificates',
      ...worded({
        evidence: [say`${blocks} certificates`, say`accepted: at most ${bounds.certificates}`],
        remedy: say`Take CAs that no client uses, and repetitions, out: ${who} does not take the truststore.`,
      }),
    });
  }
  if (bounds.bytes !== null && truststore.bytes > bounds.bytes) {
    const accepted =
      door.id === 'api-gateway'
        ? say`accepted: at most 1 MB, ${bounds.bytes} bytes`
        : say`accepted: at most ${bounds.bytes} bytes`;
    findings.push({
      ...whole,
      code: 'too-large',
      ...worded({
        evidence: [say`${truststore.bytes} bytes`, accepted],
        remedy: say`Take comments, and CAs that no client uses, out: ${who} does not take the truststore.`,
      }),
    });
  }
  const chars = truststore.certificates.reduce((sum, { certificate }) => sum + certificate.subjectDn.length, 0);
  if (bounds.subjectChars !== null && chars > bounds.subjectChars) {
    findings.push({
      ...whole,
      code: 'too-large',
      ...worded({
        evidence: [say`subjects of ${chars} characters together`, say`accepted: at most ${bounds.subjectChars}`],
        remedy: say`Take CAs that no client uses out, or have the quota raised: ${who} does not take the truststore.`,
      }),
    });
  }
  if (truststore.truncated) {
    findings.push({
      ...whole,
      code: 'too-many-blocks',
      ...worded({
        evidence: [say`more than ${limits.truststoreBlocksMax} blocks`],
        remedy: say`Take CAs that no client uses out: the rest of the file was not looked at.`,
      }),
    });
  }
  return findings;
}

/** Where a door takes bundles in one form only. */
function formFindings({ notPlain }: Truststore, { truststore: { isPlain, source }, name }: DoorRules): PlacedFinding[] {
  if (!isPlain || notPlain === null) return [];
  return [
    {
      code: 'not-plain',
      severity: 'error',
      depth: null,
      subjectDn: null,
      ...worded({
        evidence: [notPlain.what, say`documented: ${plain(source)}`],
        remedy: say`Take out blank lines, and all text between the blocks but comments that begin with # and hold no -; this is the first such line, and ${plain(name)} asks for that form.`,
      }),
      line: notPlain.line,
      cause: null,
    },
  ];
}
