/**
 * The part of CloudWatch's metric math that alarms use: numbers, metrics by id, arithmetic, comparisons, `AND`, `OR` and
 * `IF`, element by element. Comparisons give 1 and 0. Where an operand has no data, or something is divided by zero, the
 * result has no data. User guide, "Metric math syntax and functions".
 */

type Value = (index: number) => number | null;

const BINARY: Readonly<Record<string, { readonly binds: number; of(a: number, b: number): number | null }>> = {
  OR: { binds: 1, of: (a, b) => Number(a !== 0 || b !== 0) },
  AND: { binds: 2, of: (a, b) => Number(a !== 0 && b !== 0) },
  '>=': { binds: 3, of: (a, b) => Number(a >= b) },
  '<=': { binds: 3, of: (a, b) => Number(a <= b) },
  '==': { binds: 3, of: (a, b) => Number(a === b) },
  '>': { binds: 3, of: (a, b) => Number(a > b) },
  '<': { binds: 3, of: (a, b) => Number(a < b) },
  '+': { binds: 4, of: (a, b) => a + b },
  '-': { binds: 4, of: (a, b) => a - b },
  '*': { binds: 5, of: (a, b) => a * b },
  '/': { binds: 5, of: (a, b) => (b === 0 ? null : a / b) },
};

/** @throws Error for what is not known here, rather than to evaluate it otherwise than CloudWatch does */
export function evaluateMath(expression: string, metrics: ReadonlyMap<string, Series>, length: number): Series {
  if (expression === 'SUM(METRICS())') return sumOf([...metrics.values()], length);
  const tokens = expression.match(/\d+(?:\.\d+)?|[A-Za-z_]\w*|>=|<=|==|[-+*/<>(),]|\S/g) ?? [];
  let at = 0;
  const next = (): string => tokens[at++] ?? '';
  const expect = (token: string): void => {
    const found = next();
    if (found !== token) throw new Error(`${expression}: expected ${token}, found ${found || 'the end'}`);
  };

  const primary = (): Value => {
    const token = next();
    if (/^\d/.test(token)) return () => Number(token);
    if (token === '(') {
      const inner = binary(0);
      expect(')');
      return inner;
    }
    if (token === 'IF') return choice();
    const series = metrics.get(token);
    if (series === undefined) throw new Error(`${expression}: ${token || 'the end'} is no metric and no function here`);
    return (index) => series[index] ?? null;
  };

  const choice = (): Value => {
    expect('(');
    const condition = binary(0);
    expect(',');
    const then = binary(0);
    expect(',');
    const otherwise = binary(0);
    expect(')');
    return (index) => {
      const isTrue = condition(index);
      return isTrue === null ? null : isTrue === 0 ? otherwise(index) : then(index);
    };
  };

  const binary = (atLeast: number): Value => {
    let left = primary();
    for (;;) {
      const operator = BINARY[tokens[at] ?? ''];
      if (operator === undefined || operator.binds <= atLeast) return left;
      at++;
      const [a, b] = [left, binary(operator.binds)];
      left = (index) => {
        const [x, y] = [a(index), b(index)];
        return x === null || y === null ? null : operator.of(x, y);
      };
    }
  };

  const value = binary(0);
  if (at < tokens.length) throw new Error(`${expression}: ${tokens[at]} was not expected`);
  return Array.from({ length }, (_, index) => value(index));
}

/** Element by element; what has no data adds nothing. */
function sumOf(all: readonly Series[], length: number): Series {
  return Array.from({ length }, (_, index) => {
    const values = all.flatMap((series) => series[index] ?? []);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
  });
}

/** One number for each period, the oldest first; null where there was no data. */
export type Series = readonly (number | null)[];
