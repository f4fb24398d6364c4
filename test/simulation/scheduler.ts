/**
 * Virtual time. Whatever waits in a simulated run waits here; the scheduler takes the earliest, lets everything that
 * follows from it run until it waits again, and takes the next. So invocations interleave at every call of a port, in
 * an order that the seed alone decides.
 */

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class Scheduler {
  #now: number;
  #order = 0;
  readonly #heap: Due[] = [];

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): void {
    push(this.#heap, { at: this.#now + Math.max(0, delayMs), order: this.#order++, run });
  }

  /** Lets the time pass if nothing waits for that long; false when something does. */
  skip(delayMs: number): boolean {
    const [next] = this.#heap;
    if (next !== undefined && next.at <= this.#now + delayMs) return false;
    this.#now += delayMs;
    return true;
  }

  /** Runs until nothing waits any more or `isDone` says so. */
  async run(isDone: () => boolean): Promise<void> {
    for (let due = pop(this.#heap); due !== undefined; due = pop(this.#heap)) {
      this.#now = due.at;
      due.run();
      await drained();
      if (isDone()) return;
    }
  }
}

/** Resolves when every promise that can go on has gone on: Node empties its queue of microtasks first. */
function drained(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Due[], due: Due): void {
  let at = heap.length;
  heap.push(due);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !isBefore(due, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = due;
}

function pop(heap: Due[]): Due | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    const isRight = left !== undefined && right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (child === undefined || !isBefore(child, last)) break;
    heap[at] = child;
    at = 2 * at + (isRight ? 2 : 1);
  }
  heap[at] = last;
  return first;
}
