/** The commands of mtls-watch that judge by the rules of a front door, in texts that are written for API Gateway. Pure. */

/** The names that `--door` takes, by the id of the door. API Gateway needs none. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['cloudfront', 'cloudfront'],
  ['load-balancer', 'alb'],
]);

/** A verb, with the arguments behind it: options, files, and what only the reader has, in capitals. */
const JUDGING = /\bmtls-watch (?:diagnose|audit|preflight)\b(?: (?:--[a-z-]+|[\w-]+\.pem|[A-Z][A-Z_]+|\d+)(?![\w-]))*/g;

/** The words of the option for a front door; none for API Gateway, and for a door without rules of its own. */
export function doorOption(door: string | undefined): readonly string[] {
  const name = NAMES.get(door ?? '');
  return name === undefined ? [] : ['--door', name];
}

/** A text with `--door` behind each of these commands; unchanged for API Gateway, and for a door without rules of its own. */
export function judgedByDoor(text: string, door: string | undefined): string {
  const name = NAMES.get(door ?? '');
  return name === undefined ? text : text.replace(JUDGING, `$& --door ${name}`);
}
