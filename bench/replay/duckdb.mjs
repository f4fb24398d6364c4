/**
 * `node duckdb.mjs FORM FILE…`: counts refused requests by domain, issuer and reason, with a query as somebody would write it who knows
 * these logs, and prints the sum. Times and ids of the export are left out, because nothing here needs them.
 */

import { DuckDBInstance } from '@duckdb/node-api';

const [form, ...files] = process.argv.slice(2);
const list = `[${files.map((file) => `'${file}'`).join(', ')}]`;
const MESSAGES = {
  json: `SELECT message FROM read_json(${list}, format = 'newline_delimited', columns = {message: 'VARCHAR'})`,
  export: `SELECT substr(line, 26) AS message FROM read_csv(${list}, columns = {line: 'VARCHAR'}, delim = '\\x01', quote = '',
    escape = '', header = false, auto_detect = false)`,
};

const QUERY = `
WITH events AS MATERIALIZED (
  SELECT message FROM (${MESSAGES[form]}) WHERE contains(message, 'Access denied. Reason: ') OR contains(message, '403')
), denials AS (
  SELECT regexp_extract(message, '^\\(([^)]+)\\) Access denied\\. Reason: (.*)$', ['id', 'reason']) AS said
  FROM events WHERE message LIKE '(%'
), refused AS (
  SELECT json_extract_string(message, ['$.requestId', '$.domainName', '$."identity.clientCert.issuerDN"', '$.status']) AS said
  FROM events WHERE message LIKE '{%'
)
SELECT refused.said[2] AS domain, refused.said[3] AS issuer, denials.said.reason AS reason, count(*) AS refused
FROM denials LEFT JOIN refused ON refused.said[1] = denials.said.id AND refused.said[4] = '403'
WHERE denials.said.reason <> ''
GROUP BY ALL ORDER BY refused DESC`;

const connection = await (await DuckDBInstance.create()).connect();
const rows = (await connection.runAndReadAll(QUERY)).getRowObjectsJson();
process.stdout.write(`${rows.reduce((sum, { refused }) => sum + Number(refused), 0)}\n`);
