/**
 * The attribute types of distinguished names: object identifiers with their short names and other spellings. Sources:
 * RFC 4514 (section 3), RFC 4519, and the names that OpenSSL, Java, BouncyCastle, GnuTLS and Windows print.
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
  ['2.5.4.46', 'DNQUALIFIER', 'DNQ', 'DN'],
  ['2.5.4.65', 'PSEUDONYM'],
  ['2.5.4.72', 'ROLE'],
  ['2.5.4.97', 'ORGANIZATIONIDENTIFIER'],
  ['0.9.2342.19200300.100.1.1', 'UID', 'USERID'],
  // OpenSSL prints this type as `uid`, which all other tools use for the user id above.
  ['0.9.2342.19200300.100.1.44', 'UID'],
  ['0.9.2342.19200300.100.1.25', 'DC', 'DOMAINCOMPONENT'],
  ['1.2.840.113549.1.9.1', 'EMAILADDRESS', 'EMAIL', 'E', 'PKCS9EMAIL'],
  ['1.2.840.113549.1.9.2', 'UNSTRUCTUREDNAME'],
  ['1.2.840.113549.1.9.8', 'UNSTRUCTUREDADDRESS'],
  ['1.3.6.1.4.1.311.60.2.1.1', 'JURISDICTIONL', 'JURISDICTIONLOCALITYNAME', 'JURISDICTIONOFINCORPORATIONLOCALITYNAME'],
  [
    '1.3.6.1.4.1.311.60.2.1.2',
    'JURISDICTIONST',
    'JURISDICTIONSTATEORPROVINCENAME',
    'JURISDICTIONOFINCORPORATIONSTATEORPROVINCENAME',
    'JURISDICTIONOFINCORPORATIONSTATENAME',
  ],
  ['1.3.6.1.4.1.311.60.2.1.3', 'JURISDICTIONC', 'JURISDICTIONCOUNTRYNAME', 'JURISDICTIONOFINCORPORATIONCOUNTRYNAME'],
];

/**
 * All other attribute types that OpenSSL prints by name: for each arc, the last numbers with the names. Types such as
 * object classes and S/MIME attributes make no sense in a name, but OpenSSL prints them too.
 */
const RARE: Readonly<Record<string, string>> = {
  '2.5.4':
    '14 searchGuide, 19 physicalDeliveryOfficeName, 21 telexNumber, 22 teletexTerminalIdentifier, ' +
    '23 facsimileTelephoneNumber, 24 x121Address, 25 internationaliSDNNumber, 26 registeredAddress, ' +
    '27 destinationIndicator, 28 preferredDeliveryMethod, 29 presentationAddress, ' +
    '30 supportedApplicationContext, 31 member, 32 owner, 33 roleOccupant, 34 seeAlso, 35 userPassword, ' +
    '36 userCertificate, 37 cACertificate, 38 authorityRevocationList, 39 certificateRevocationList, ' +
    '40 crossCertificatePair, 47 enhancedSearchGuide, 48 protocolInformation, 49 distinguishedName, ' +
    '50 uniqueMember, 51 houseIdentifier, 52 supportedAlgorithms, 53 deltaRevocationList, 54 dmdName, ' +
    '98 c3 countryCode3c, 99 n3 countryCode3n, 100 dnsName',
  '0.9.2342.19200300.100.1':
    '2 textEncodedORAddress, 3 mail rfc822Mailbox, 4 info, 5 favouriteDrink, 6 roomNumber, 7 photo, ' +
    '8 userClass, 9 host, 10 manager, 11 documentIdentifier, 12 documentTitle, 13 documentVersion, ' +
    '14 documentAuthor, 15 documentLocation, 20 homeTelephoneNumber, 21 secretary, 22 otherMailbox, ' +
    '23 lastModifiedTime, 24 lastModifiedBy, 26 aRecord, 27 pilotAttributeType27, 28 mXRecord, 29 nSRecord, ' +
    '30 sOARecord, 31 cNAMERecord, 37 associatedDomain, 38 associatedName, 39 homePostalAddress, ' +
    '40 personalTitle, 41 mobileTelephoneNumber, 42 pagerTelephoneNumber, 43 friendlyCountryName, ' +
    '45 organizationalStatus, 46 janetMailbox, 47 mailPreferenceOption, 48 buildingName, 49 dSAQuality, ' +
    '50 singleLevelQuality, 51 subtreeMinimumQuality, 52 subtreeMaximumQuality, 53 personalSignature, ' +
    '54 dITRedirect, 55 audio, 56 documentPublisher',
  '1.2.840.113549.1.9':
    '3 contentType, 4 messageDigest, 5 signingTime, 6 countersignature, 7 challengePassword, ' +
    '9 extendedCertificateAttributes, 14 extReq, 20 friendlyName, 21 localKeyID',
  '1.3.6.1.5.5.7.9':
    '1 dateOfBirth id-pda-dateOfBirth, 2 placeOfBirth id-pda-placeOfBirth, 3 gender id-pda-gender, ' +
    '4 countryOfCitizenship id-pda-countryOfCitizenship, 5 countryOfResidence id-pda-countryOfResidence',
  '1.2.643.100':
    '1 OGRN, 3 SNILS, 5 OGRNIP, 111 subjectSignTool, 112 issuerSignTool, 113 classSignTool, ' +
    '113.1 classSignToolKC1, 113.2 classSignToolKC2, 113.3 classSignToolKC3, 113.4 classSignToolKB1, ' +
    '113.5 classSignToolKB2, 113.6 classSignToolKA1, 4 INNLE',
  '1.2.643.3.131.1': '1 INN',
  '1.3.6.1.4.1.311.20.2': '2 msSmartcardLogin, 3 msUPN',
  '1.3.6.1.4.1.1466': '344 dcobject dcObject',
};

const nameBySpelling = new Map([
  ...Object.entries(RARE).flatMap(([arc, list]) =>
    list.split(', ').flatMap((one) => {
      const [last, ...names] = one.toUpperCase().split(' ');
      return [`${arc}.${last}`, ...names].map((key) => [key, names[0] ?? key] as const);
    }),
  ),
  ...ATTRIBUTES.flatMap(([oid, name, ...aliases]) => [oid, name, ...aliases].map((key) => [key, name] as const)),
]);

/** The canonical name of an attribute type given as a name in any case or as an object identifier. */
export function attributeName(type: string): string {
  const upper = type.toUpperCase();
  return nameBySpelling.get(upper) ?? upper;
}

/**
 * How specific an attribute is. A name in the order of the certificate goes from the general (0, the country) to the
 * specific. Types whose place in a name varies have no rank.
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
