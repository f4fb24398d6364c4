/**
 * Turns a template that was synthesised with stand-ins into one with parameters: wherever a stand-in stands, in a text or as a
 * whole value, what stands for it is put in its place. What CDK makes of the settings is thereby the same for both.
 */

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface StandIn {
  /** Occurs in the template for this alone. */
  readonly text: string;
  /** What comes in its place: texts, and functions of CloudFormation that give one. */
  readonly pieces: readonly Json[];
}

/** @returns the template with the functions in place of the stand-ins; keys and logical ids stay */
export function withPieces(value: Json, standIns: readonly StandIn[]): Json {
  if (typeof value === 'string') return joined(piecesOf(value, standIns));
  if (Array.isArray(value)) return value.map((one: Json) => withPieces(one, standIns));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withPieces(inner, standIns)]));
}

function piecesOf(text: string, [standIn, ...others]: readonly StandIn[]): Json[] {
  if (standIn === undefined) return text === '' ? [] : [text];
  return text
    .split(standIn.text)
    .flatMap((part, index) => [...(index === 0 ? [] : standIn.pieces), ...piecesOf(part, others)]);
}

function joined(pieces: readonly Json[]): Json {
  const [first = '', ...rest] = pieces;
  return rest.length === 0 ? first : { 'Fn::Join': ['', pieces] };
}
