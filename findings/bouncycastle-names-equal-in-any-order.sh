#!/usr/bin/env bash
# Expected: two distinguished names are equal when their RDNs are equal one by one, in order (RFC 5280, section 7.1).
# Happens: BouncyCastle's X500Name.equals takes them in any order: "C=US,O=Acme,CN=CA" equals "CN=CA,O=Acme,C=US", and
#   OU=a,OU=b equals OU=b,OU=a, with equal hash codes. Java's X500Principal and BouncyCastle's own strict style say they
#   differ.
# Why it matters: as the key of a map from issuer to group of refusals it joins two CAs whose names differ in order alone,
#   such as a CA that was set up again by another tool, and hides that the new name is the reason of the refusals.
# Source: AbstractX500NameStyle.areEqual in bcprov; BCStrictStyle compares in order.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
java -version 2>&1 | head -1 | tee java.txt
grep -q '"17\.' java.txt || { echo 'needs Java 17'; exit 2; }
mvn -q -B -Dmaven.repo.local="$work/m2" dependency:copy -Dartifact=org.bouncycastle:bcprov-jdk18on:1.82 -DoutputDirectory="$work/lib" >/dev/null || exit 2
echo 'bcprov-jdk18on 1.82'

cat > Probe.java <<'EOF'
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStrictStyle;

public class Probe {
  public static void main(String[] arguments) {
    String[][] pairs = {{"C=US,O=Acme,CN=CA", "CN=CA,O=Acme,C=US"}, {"O=Acme,OU=a,OU=b", "O=Acme,OU=b,OU=a"}};
    boolean changed = false;
    for (String[] pair : pairs) {
      X500Name one = new X500Name(pair[0]);
      X500Name other = new X500Name(pair[1]);
      boolean strict = new X500Name(BCStrictStyle.INSTANCE, pair[0]).equals(new X500Name(BCStrictStyle.INSTANCE, pair[1]));
      boolean java = new X500Principal(pair[0]).equals(new X500Principal(pair[1]));
      System.out.println(pair[0] + " = " + pair[1] + "?  X500Name " + one.equals(other) + ", same hash "
          + (one.hashCode() == other.hashCode()) + ", strict style " + strict + ", X500Principal " + java);
      changed |= !one.equals(other) || one.hashCode() != other.hashCode() || strict || java;
    }
    if (changed) {
      System.out.println("CHANGED");
      System.exit(1);
    }
  }
}
EOF
java -cp "$work/lib/*" Probe.java
