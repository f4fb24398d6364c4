#!/usr/bin/env bash
# Expected: the text that Java prints for a name (X500Principal.toString) is read by BouncyCastle's X500Name, which knows
#   quoted values: O="Acme, Inc." is read correctly.
# Happens: inside the quotes some characters still mean something to BouncyCastle. A "#" at the front is taken for
#   hexadecimal ("can't recode value"), and a plus sign beside an escaped quote for the start of another attribute ("badly
#   formatted directory string"). Java reads both of its own texts back.
# Why it matters: keytool and Java logs print names in this form. A tool that takes the issuer of a refused certificate
#   from them works for all partners but those with "#" or "+" and quotes in their names.
# Source: X500NameTokenizer and IETFUtils.rDNsFromString in bcprov.
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

public class Probe {
  static String read(String text) {
    try {
      return new X500Name(text).toString();
    } catch (RuntimeException error) {
      return "refused: " + error.getMessage();
    }
  }

  public static void main(String[] arguments) {
    String[] names = {"O=Acme\\, Inc.", "CN=\\#7 dock", "CN=dock + \\\"7\\\"".replace("+", "\\+")};
    boolean[] readable = new boolean[names.length];
    for (int i = 0; i < names.length; i += 1) {
      X500Principal own = new X500Principal(names[i]);
      String text = own.toString();
      String said = read(text);
      readable[i] = !said.startsWith("refused");
      System.out.println("Java prints " + text + "  Java reads it back: " + new X500Principal(text).equals(own) + "  BouncyCastle: " + said);
    }
    if (!readable[0] || readable[1] || readable[2]) {
      System.out.println("CHANGED");
      System.exit(1);
    }
  }
}
EOF
java -cp "$work/lib/*" Probe.java
