/** Which objects are read by which function. Pure. */

import { backfillLimits } from '../base/backfill-limits.js';
import { digest } from '../base/digest.js';
import type { ExportedObject, ExportPart } from '../ports/backfill.js';

/** The same for the same content under the same key. */
export function objectId({ bucket, key, etag }: ExportedObject): string {
  return digest('exported object', bucket, key, etag);
}

export const objectName = ({ bucket, key }: ExportedObject): string => `s3://${bucket}/${key}`;

export interface Plan {
  readonly parts: readonly ExportPart[];
  readonly objects: number;
  readonly bytes: number;
  /** Objects that a run before this one read. */
  readonly known: readonly ExportedObject[];
  /** Objects that were last written before the time from which on is asked: all that they hold is older. */
  readonly older: readonly ExportedObject[];
  /** Objects that no function can read in its time. */
  readonly tooLarge: readonly ExportedObject[];
}

/**
 * @param read ids of objects that were read before
 * @param from milliseconds since the epoch
 */
export function planOf(all: readonly ExportedObject[], read: ReadonlySet<string>, from: number): Plan {
  const isOlder = ({ writtenAt }: ExportedObject): boolean => writtenAt < from;
  const isKnown = (object: ExportedObject): boolean => read.has(objectId(object));
  const older = all.filter(isOlder);
  const known = all.filter((object) => !isOlder(object) && isKnown(object));
  const fresh = all.filter((object) => !isOlder(object) && !isKnown(object));
  const tooLarge = fresh.filter(({ bytes }) => bytes > backfillLimits.objectBytesMax);
  const wanted = fresh.filter(({ bytes }) => bytes <= backfillLimits.objectBytesMax);
  return {
    parts: partsOf(wanted),
    objects: wanted.length,
    bytes: wanted.reduce((sum, { bytes }) => sum + bytes, 0),
    known,
    older,
    tooLarge,
  };
}

/** In the order of the objects; a large object is a part of its own. */
function partsOf(objects: readonly ExportedObject[]): ExportPart[] {
  const parts: ExportedObject[][] = [];
  let bytes = 0;
  for (const object of objects) {
    const part = parts.at(-1);
    bytes += object.bytes;
    const fits = part !== undefined && part.length < backfillLimits.objectsPerPartMax;
    if (fits && bytes <= backfillLimits.partBytesMax) part.push(object);
    else {
      parts.push([object]);
      bytes = object.bytes;
    }
  }
  return parts.map((part) => ({ objects: part }));
}
