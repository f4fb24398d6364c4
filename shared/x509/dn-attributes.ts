/**
 * The attribute types of distinguished names: which object identifier has which short name, and which other spellings
 * mean the same. Sources: RFC 4514 (section 3), RFC 4519, and the names that OpenSSL, Java and Windows print.
 */

/** Object identifier, canonical short name, other spellings (all in upper case). */
const ATTRIBUTES: readonly (readonly [oid: string, name: string, ...aliases: string[]])[] = [
  ['2.5.4.3', 'CN', 'COMMONNAME'],
  ['2.5.4.4', 'SN', 'SURNAME'],
  ['2.5.4.5', 'SERIALNUMBER'],
  ['2.5.4.6', 'C', 'COUNTRYNAME', 'COUNTRY'],
  ['2.5.4.7', 'L', 'LOCALITYNAME', 'LOCALITY'],
  ['2.5.4.8', 'ST', 'STATEORPROVINCENAME', 'S', 'SP', 'STATE'],
  ['2.5.4.9', 'STREET', 'STREETADDRESS'],
  ['2.5.4.10', 'O', 'ORGANIZATIONNAME', 'ORGANISATIONNAME', 'ORGANIZATION'],
  ['2.5.4.11', 'OU', 'ORGANIZATIONALUNITNAME', 'ORGANISATIONALUNITNAME', 'ORGUNIT'],
  ['2.5.4.12', 'TITLE', 'T'],
  ['2.5.4.13', 'DESCRIPTION'],
  ['2.5.4.15', 'BUSINESSCATEGORY'],
  ['2.5.4.16', 'POSTALADDRESS'],
  ['2.5.4.17', 'POSTALCODE'],
  ['2.5.4.18', 'POSTOFFICEBOX'],
  ['2.5.4.20', 'TELEPHONENUMBER'],
  ['2.5.4.41', 'NAME'],
  ['2.5.4.42', 'GN', 'GIVENNAME', 'G'],
  ['2.5.4.43', 'INITIALS', 'I'],
  ['2.5.4.44', 'GENERATIONQUALIFIER', 'GENERATION'],
  ['2.5.4.45', 'X500UNIQUEIDENTIFIER', 'UNIQUEIDENTIFIER'],
  ['2.5.4.46', 'DNQUALIFIER', 'DNQ'],
  ['2.5.4.65', 'PSEUDONYM'],
  ['2.5.4.72', 'ROLE'],
  ['2.5.4.97', 'ORGANIZATIONIDENTIFIER'],
  ['0.9.2342.19200300.100.1.1', 'UID', 'USERID'],
  ['0.9.2342.19200300.100.1.25', 'DC', 'DOMAINCOMPONENT'],
  ['1.2.840.113549.1.9.1', 'EMAILADDRESS', 'EMAIL', 'E', 'PKCS9EMAIL'],
  ['1.2.840.113549.1.9.2', 'UNSTRUCTUREDNAME'],
  ['1.2.840.113549.1.9.8', 'UNSTRUCTUREDADDRESS'],
  ['1.3.6.1.4.1.311.60.2.1.1', 'JURISDICTIONL', 'JURISDICTIONLOCALITYNAME'],
  ['1.3.6.1.4.1.311.60.2.1.2', 'JURISDICTIONST', 'JURISDICTIONSTATEORPROVINCENAME'],
  ['1.3.6.1.4.1.311.60.2.1.3', 'JURISDICTIONC', 'JURISDICTIONCOUNTRYNAME'],
];

const nameBySpelling = new Map(
  ATTRIBUTES.flatMap(([oid, name, ...aliases]) => [oid, name, ...aliases].map((key) => [key, name])),
);

/** The canonical name of an attribute type given as a name in any case or as an object identifier. */
export function attributeName(type: string): string {
  const upper = type.toUpperCase();
  return nameBySpelling.get(upper) ?? upper;
}

/**
 * How special an attribute is: a name in the order of the certificate goes from the general (0, the country) to the
 * special. Types that are written in any place have no rank.
 */
const RANKS: Readonly<Record<string, number>> = {
  C: 0,
  DC: 0,
  ST: 1,
  L: 2,
  STREET: 3,
  O: 4,
  OU: 5,
  CN: 6,
  UID: 6,
  EMAILADDRESS: 7,
};

export const RANK_COUNT = 8;

export function attributeRank(name: string): number | null {
  return Object.hasOwn(RANKS, name) ? (RANKS[name] ?? null) : null;
}
