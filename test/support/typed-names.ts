/**
 * One issuer as tools, libraries and people write it. Each text was printed by the tool that names it (or, where that runs on another
 * system only, follows its documentation) for a certificate of this issuer.
 */

export const ISSUER = 'C=DE,O=Müller\\, Söhne & Co. KG,OU=EDI,CN=Kunden-CA';

const DER =
  '3052310b30090603550406130244453121301f060355040a0c184dc3bc6c6c65722c2053c3b6686e65202620436f2e204b47310c300a060355040b0c034544493112301006035504030c094b756e64656e2d4341';

export const SPELLINGS: Readonly<Record<string, string>> = {
  canonical: ISSUER,
  'openssl x509 -issuer': 'issuer=C = DE, O = "M\\C3\\BCller, S\\C3\\B6hne & Co. KG", OU = EDI, CN = Kunden-CA\n',
  'openssl 3.2 and newer': 'issuer=C=DE, O=M\\C3\\BCller\\, S\\C3\\B6hne & Co. KG, OU=EDI, CN=Kunden-CA',
  'openssl x509 -text': '        Issuer: C=DE, O=M\\C3\\BCller\\, S\\C3\\B6hne & Co. KG, OU=EDI, CN=Kunden-CA',
  'openssl -nameopt oneline,utf8,-esc_msb': 'issuer=C = DE, O = "Müller, Söhne & Co. KG", OU = EDI, CN = Kunden-CA',
  'openssl -nameopt RFC2253': 'issuer=CN=Kunden-CA,OU=EDI,O=M\\C3\\BCller\\, S\\C3\\B6hne & Co. KG,C=DE',
  'openssl -nameopt RFC2253,-esc_msb': 'issuer=CN=Kunden-CA,OU=EDI,O=Müller\\, Söhne & Co. KG,C=DE',
  'openssl -nameopt compat': 'issuer=/C=DE/O=M\\xC3\\xBCller, S\\xC3\\xB6hne & Co. KG/OU=EDI/CN=Kunden-CA',
  'openssl 1.0': 'issuer= /C=DE/O=M\\xC3\\xBCller, S\\xC3\\xB6hne & Co. KG/OU=EDI/CN=Kunden-CA',
  'openssl -nameopt multiline':
    'issuer=\n    countryName               = DE\n    organizationName          = M\\FCller, S\\F6hne & Co. KG\n    organizationalUnitName    = EDI\n    commonName                = Kunden-CA\n',
  'openssl -nameopt oid':
    'issuer=2.5.4.3=Kunden-CA,2.5.4.11=EDI,2.5.4.10=M\\C3\\BCller\\, S\\C3\\B6hne & Co. KG,2.5.4.6=DE',
  'openssl -nameopt sep_semi_plus_space,esc_msb': 'C=DE; O=M\\FCller, S\\F6hne & Co. KG; OU=EDI; CN=Kunden-CA',
  'openssl -nameopt lname':
    'countryName=DE, organizationName=Müller, Söhne & Co. KG, organizationalUnitName=EDI, commonName=Kunden-CA',
  'openssl -nameopt dn_rev': 'CN = Kunden-CA, OU = EDI, O = "M\\C3\\BCller, S\\C3\\B6hne & Co. KG", C = DE',
  'openssl -nameopt show_type':
    'CN=UTF8STRING:Kunden-CA,OU=UTF8STRING:EDI,O=UTF8STRING:M\\C3\\BCller\\, S\\C3\\B6hne & Co. KG,C=PRINTABLESTRING:DE',
  'openssl -nameopt dump_all,dump_der':
    'CN=#0C094B756E64656E2D4341,OU=#0C03454449,O=#0C184DC3BC6C6C65722C2053C3B6686E65202620436F2E204B47,C=#13024445',
  'java X500Principal': 'CN=Kunden-CA, OU=EDI, O="Müller, Söhne & Co. KG", C=DE',
  'java X500Principal RFC2253': 'CN=Kunden-CA,OU=EDI,O=Müller\\, Söhne & Co. KG,C=DE',
  'java X500Principal CANONICAL, its case kept': 'cn=Kunden-CA,ou=EDI,o=Müller\\, Söhne & Co. KG,c=DE',
  keytool: 'Issuer: CN=Kunden-CA, OU=EDI, O="Müller, Söhne & Co. KG", C=DE',
  BouncyCastle: 'C=DE,O=Müller\\, Söhne & Co. KG,OU=EDI,CN=Kunden-CA',
  'go Name': 'CN=Kunden-CA,OU=EDI,O=Müller\\, Söhne & Co. KG,C=DE',
  'go Names':
    '[{Type:2.5.4.6 Value:DE} {Type:2.5.4.10 Value:Müller, Söhne & Co. KG} {Type:2.5.4.11 Value:EDI} {Type:2.5.4.3 Value:Kunden-CA}]',
  '.NET': 'CN=Kunden-CA, OU=EDI, O="Müller, Söhne & Co. KG", C=DE',
  PowerShell: '[Issuer]\n  CN=Kunden-CA, OU=EDI, O="Müller, Söhne & Co. KG", C=DE',
  certutil: 'Issuer:\r\n    CN=Kunden-CA\r\n    OU=EDI\r\n    O=Müller, Söhne & Co. KG\r\n    C=DE\r\n',
  'the certificate dialog of Windows': 'CN = Kunden-CA\nOU = EDI\nO = Müller, Söhne & Co. KG\nC = DE',
  'python cryptography': '<Name(CN=Kunden-CA,OU=EDI,O=Müller\\, Söhne & Co. KG,C=DE)>',
  'python cryptography rdns':
    '[<RelativeDistinguishedName(C=DE)>, <RelativeDistinguishedName(O=Müller\\, Söhne & Co. KG)>, <RelativeDistinguishedName(OU=EDI)>, <RelativeDistinguishedName(CN=Kunden-CA)>]',
  'python ssl':
    "((('countryName', 'DE'),), (('organizationName', 'Müller, Söhne & Co. KG'),), (('organizationalUnitName', 'EDI'),), (('commonName', 'Kunden-CA'),))",
  pyOpenSSL: "<X509Name object '/C=DE/O=M\\xC3\\xBCller, S\\xC3\\xB6hne & Co. KG/OU=EDI/CN=Kunden-CA'>",
  asn1crypto: 'Common Name: Kunden-CA, Organizational Unit: EDI, Organization: Müller, Söhne & Co. KG, Country: DE',
  'node X509Certificate': 'C=DE\nO=Müller\\, Söhne & Co. KG\nOU=EDI\nCN=Kunden-CA',
  'node X509Certificate in JSON': '"C=DE\\nO=Müller\\\\, Söhne & Co. KG\\nOU=EDI\\nCN=Kunden-CA"',
  'node getPeerCertificate':
    "[Object: null prototype] {\n  C: 'DE',\n  O: 'Müller, Söhne & Co. KG',\n  OU: 'EDI',\n  CN: 'Kunden-CA'\n}",
  'node getPeerCertificate in JSON': '{"C":"DE","O":"M\\u00fcller, Söhne & Co. KG","OU":["EDI"],"CN":"Kunden-CA"}',
  forge:
    '[{"type":"2.5.4.6","value":"DE","name":"countryName"},{"type":"2.5.4.10","value":"Müller, Söhne & Co. KG"},{"name":"organizationalUnitName","shortName":"OU","value":"EDI"},{"name":"commonName","value":"Kunden-CA"}]',
  php: "array (\n  'C' => 'DE',\n  'O' => 'Müller, Söhne & Co. KG',\n  'OU' => 'EDI',\n  'CN' => 'Kunden-CA',\n)",
  ruby: '#<OpenSSL::X509::Name CN=Kunden-CA,OU=EDI,O=M\\C3\\BCller\\, S\\C3\\B6hne & Co. KG,C=DE>',
  GnuTLS: "`CN=Kunden-CA,OU=EDI,O=Müller\\, Söhne & Co. KG,C=DE'",
  rustls: 'C=DE, O=Müller\\, Söhne & Co. KG, OU=EDI, CN=Kunden-CA',
  'DER in hexadecimal': DER,
  'DER in hexadecimal with colons': DER.replace(/../g, '$&:').slice(0, -1).toUpperCase(),
  'DER in base64': Buffer.from(DER, 'hex').toString('base64'),
  'quoted for a shell': "'CN=Kunden-CA,OU=EDI,O=Müller\\, Söhne & Co. KG,C=DE'",
  'with blanks and odd case': '  cn = Kunden-CA ,  Ou = EDI ,  o = "Müller, Söhne & Co. KG" ,  c = DE  ',
};

/** Spellings that lost something, and what the refusal says. */
export const LOST: [string, string][] = [
  ['DE, M\uFFFDller, S\uFFFDhne & Co. KG, EDI, Kunden-CA', 'has lost a letter'],
  ['C=DE,O=M\uFFFDller\\, S\uFFFDhne & Co. KG,OU=EDI,CN=Kunden-CA', 'has lost a letter'],
  ['C=DE,O=M?ller\\, S?hne & Co. KG,OU=EDI,CN=Kunden-CA', 'has lost a letter'],
  ['C=DE,O=Müller\\, Söhne & Co. KG,OU=EDI,CN=Kun…', 'was cut'],
  ['C=DE,O=Müller...,CN=Kunden-CA', 'was cut'],
  ['C=DE,O=Müller\\, S…,CN=Kunden-CA', 'was cut'],
  ['779fc7ca', 'hash'],
  ['9F:23:B4:BC:C1:00:7C:13:E8:4A:A3:D4:BC:45:BD:B8:58:C6:51:BE', 'key identifier'],
  ['Kunden-CA', 'names no attribute'],
  ['DE, Müller, EDI, Kunden-CA', 'names no attribute'],
];
