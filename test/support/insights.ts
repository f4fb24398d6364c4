/**
 * Answers queries of CloudWatch Logs Insights as AWS documents them, as far as the product asks: `parse` with named groups, which leaves an
 * event without the fields where it does not match; `stats` with `count(*)` and `count(field)`, which counts the events that have
 * the field; `sort`. Source: "CloudWatch Logs Insights language query syntax". Everything else is refused.
 */

type Fields = Record<string, string>;

interface Event {
  readonly timestamp: number;
  readonly message: string;
}

/** The commands of a query; a pipe within an expression ends none. */
function commandsOf(query: string): string[] {
  const commands: string[] = [];
  let rest = query;
  while (rest !== '') {
    const command = /^\s*(?:parse \S+ \/(?:[^/\\]|\\.)*\/|[^|]*)/.exec(rest)?.[0] ?? '';
    commands.push(command.trim());
    rest = rest.slice(command.length).replace(/^\s*\|/, '');
  }
  return commands;
}

export function answer(query: string, messages: readonly (string | Event)[], rowsMax = 10_000): Fields[] {
  if (query.length > 10_000) throw new Error('a query has at most 10,000 characters');
  let rows: Fields[] = messages.map((one): Fields => {
    const { message, timestamp } = typeof one === 'string' ? { message: one, timestamp: 0 } : one;
    return { '@message': message, '@timestamp': String(timestamp) };
  });
  for (const command of commandsOf(query)) {
    const parse = /^parse (\S+) \/(.*)\/$/s.exec(command);
    if (parse !== null) {
      const [, field = '', expression = ''] = parse;
      const pattern = new RegExp(expression);
      rows = rows.map((row) => (row[field] === undefined ? row : { ...row, ...pattern.exec(row[field])?.groups }));
      continue;
    }
    const stats = /^stats (.*) by (.*)$/.exec(command);
    if (stats !== null) {
      rows = grouped(rows, stats[1] ?? '', (stats[2] ?? '').split(', '));
      continue;
    }
    const by = /^sort (\w+) desc$/.exec(command)?.[1];
    if (by === undefined) throw new Error(`this stand-in for Logs Insights does not know: ${command}`);
    rows.sort((a, b) => Number(b[by] ?? 0) - Number(a[by] ?? 0));
  }
  return rows.slice(0, rowsMax);
}

function grouped(rows: readonly Fields[], counts: string, by: readonly string[]): Fields[] {
  const groups = new Map<string, Fields[]>();
  for (const row of rows) {
    const key = JSON.stringify(by.map((field) => row[field]));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((ofGroup) => {
    const sums = counts.split(', ').map((one) => {
      const newest = /^max\(@timestamp\) as (\w+)$/.exec(one)?.[1];
      if (newest !== undefined) {
        return [newest, String(Math.max(...ofGroup.map((row) => Number(row['@timestamp'] ?? 0))))];
      }
      const [, field = '', name = ''] = /^count\((.*)\) as (\w+)$/.exec(one) ?? [];
      if (name === '') throw new Error(`this stand-in for Logs Insights does not know: ${one}`);
      const n = field === '*' ? ofGroup.length : ofGroup.filter((row) => row[field] !== undefined).length;
      return [name, String(n)];
    });
    // A field that no event has is left out of the row.
    const names = by.flatMap((field) => (ofGroup[0]?.[field] === undefined ? [] : [[field, ofGroup[0][field]]]));
    return Object.fromEntries([...sums, ...names]);
  });
}
