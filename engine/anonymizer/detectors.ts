import { isIP } from 'node:net';
import { isIban as isIbanBytes } from './iban.js';
import { isFirstName, isPersonName } from './known-names.js';
import { isCard } from './luhn.js';
import { phoneNumbers } from './phone-numbers.js';

/** Recognizes one value by its form, its check digits or its words. */
export interface Detector {
  name: string;
  /** Completes "412 of 431 sampled values are …". */
  what: string;
  /** `certain`: hardly anything else has this form, so values say more than the column's name. */
  confidence: 'certain' | 'likely';
  /** Says more than a name that sounds harmless does. */
  isPersonal: boolean;
  /** How such a column is masked: the first type that there is a generator for. */
  masks: readonly string[];
  matches(value: string): boolean;
}

/** The first that matches decides what a value is. */
export const DETECTORS: readonly Detector[] = [
  certain('uuid', 'UUIDs', ['keep'], isUuid, { isPersonal: false }),
  certain('email', 'e-mail addresses', ['email'], isEmail),
  certain('ip', 'IP addresses', ['ip', 'formatPreserving', 'mask'], (value) => isIP(value) > 0),
  likely('url', 'URLs', ['url', 'formatPreserving', 'mask'], isUrl, { isPersonal: false }),
  certain('passwordHash', 'hashes of passwords', ['passwordHash', 'mask'], isPasswordHash),
  certain('secret', 'tokens that open something', ['token', 'mask'], isSecret),
  certain('iban', 'IBANs', ['accountNumber'], isIban),
  certain('nationalId', 'French social security numbers', ['accountNumber'], isSocialSecurityNumber),
  certain('cardNumber', 'card numbers', ['cardNumber', 'accountNumber'], isCardNumber),
  likely('coordinates', 'coordinates', ['formatPreserving', 'accountNumber'], isCoordinates),
  likely('phone', 'phone numbers', ['phone'], isPhone),
  likely('digest', 'digests', ['token', 'formatPreserving', 'mask'], isDigest, { isPersonal: false }),
  likely('token', 'random tokens', ['token', 'formatPreserving', 'mask'], isRandom, { isPersonal: false }),
  likely('address', 'addresses', ['address'], isAddress),
  likely('personName', 'names of people', ['name'], isPersonName),
  likely('firstName', 'first names', ['firstName'], isFirstName, { isPersonal: false }),
  likely('text', 'sentences', ['text'], isSentence),
];

export function detect(value: string): Detector | undefined {
  const trimmed = value.trim();
  return DETECTORS.find(({ matches }) => matches(trimmed));
}

type Rest = Partial<Pick<Detector, 'isPersonal'>>;

function certain(name: string, what: string, masks: Detector['masks'], matches: Detector['matches'], rest: Rest = {}) {
  return { name, what, masks, matches, confidence: 'certain', isPersonal: true, ...rest } as const;
}

function likely(name: string, what: string, masks: Detector['masks'], matches: Detector['matches'], rest: Rest = {}) {
  return { name, what, masks, matches, confidence: 'likely', isPersonal: true, ...rest } as const;
}

function isUuid(value: string): boolean {
  return /^\{?[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\}?$/i.test(value);
}

/** RFC 5321's dot-string before the @, letters of any script included, and a host with a dot behind it. */
function isEmail(value: string): boolean {
  return (
    value.length <= 254 &&
    /^(?:mailto:)?[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+\p{L}[\p{L}\p{N}-]*$/u.test(
      value,
    )
  );
}

function isUrl(value: string): boolean {
  return /^(?:https?|ftp|wss?):\/\/[^\s/]+\S*$/i.test(value) || /^www\.[^\s/]+\.\p{L}+(?:\/\S*)?$/iu.test(value);
}

/** bcrypt, crypt(3), argon2, scrypt and PBKDF2 in their modular forms, LDAP's schemes, PostgreSQL's own. */
function isPasswordHash(value: string): boolean {
  return /^(?:\$(?:2[abxy]?|1|5|6|y|7|argon2(?:id|i|d)|scrypt|pbkdf2(?:-\w+)?)\$\S{8,}|\{S?(?:SHA|MD5|CRYPT)\d*\}\S{8,}|pbkdf2_\w+\$\d+\$\S+|SCRAM-SHA-256\$\S+|md5[\da-f]{32})$/i.test(
    value,
  );
}

/** A JSON web token, or what services begin their keys with. */
function isSecret(value: string): boolean {
  return /^(?:eyJ[\w-]{8,}\.eyJ[\w-]+\.[\w-]*|(?:sk|rk|pk)_(?:live|test)_\w{10,}|gh[opsur]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|(?:AKIA|ASIA)[A-Z\d]{16}|xox[abprs]-[\w-]{10,}|AIza[\w-]{30,}|whsec_\w{20,}|SG\.[\w-]{16,}\.[\w-]{16,})$/.test(
    value,
  );
}

function isIban(value: string): boolean {
  if (!/^[A-Z]{2}\d{2}[ A-Z\d]{11,38}$/i.test(value)) return false;
  const bytes = Buffer.from(value);
  return isIbanBytes(bytes, 0, bytes.length);
}

/** Sex, year, month, place and order of birth; the key is 97 less the remainder of the first thirteen digits. Corsica's letters are 19 and 18. */
function isSocialSecurityNumber(value: string): boolean {
  const compact = value.replaceAll(' ', '').toUpperCase();
  if (!/^[1278]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d{2}|2[AB])\d{8}$/.test(compact)) return false;
  const number = Number(compact.slice(0, 13).replace('2A', '19').replace('2B', '18'));
  return Number(compact.slice(13)) === 97 - (number % 97);
}

/** 13 to 19 digits, in groups or not, of an issuer that is known, with Luhn's check digit. */
function isCardNumber(value: string): boolean {
  if (!/^\d{4}(?:[ -]?\d{2,6}){2,5}$/.test(value)) return false;
  const digits = value.replace(/\D/g, '');
  return (
    digits.length >= 13 && digits.length <= 19 && ISSUERS.test(digits) && isCard(Buffer.from(digits), 0, digits.length)
  );
}

/** Visa, Mastercard and Maestro, American Express, Diners Club, JCB, Discover, UnionPay, and Algeria's CIB and Edahabia. */
const ISSUERS = /^(?:4|5[0-8]|2[2-7]|3[0-9]|6[02-57])/;

function isCoordinates(value: string): boolean {
  const [, latitude, longitude] = /^\(?(-?\d{1,2}\.\d{3,})\s*[,;\s]\s*(-?\d{1,3}\.\d{3,})\)?$/.exec(value) ?? [];
  return latitude !== undefined && Math.abs(Number(latitude)) <= 90 && Math.abs(Number(longitude)) <= 180;
}

/** In international form, or as people of Algeria and France write their own. Without `+` or a leading 0, digits are anything. */
function isPhone(value: string): boolean {
  if (!/^(?:tel:)?(?:\+|\(?0)[\d\s().\-/]{7,22}$/.test(value)) return false;
  const { parsePhoneNumberFromString } = phoneNumbers();
  return (['DZ', 'FR'] as const).some(
    (defaultCountry) => parsePhoneNumberFromString(value, { defaultCountry, extract: false })?.isValid() ?? false,
  );
}

/** MD5, SHA-1 and SHA-2 in hexadecimal. */
function isDigest(value: string): boolean {
  return (
    /^(?:[\da-f]{32}|[\da-f]{40}|[\da-f]{56}|[\da-f]{64}|[\da-f]{96}|[\da-f]{128})$/i.test(value) && isVaried(value)
  );
}

/** 20 characters and more of hexadecimal or base64 that no language made: upper, lower and digits, or digits and a-f. */
function isRandom(value: string): boolean {
  if (value.length < 20 || !isVaried(value)) return false;
  if (/^[\da-f]+$/i.test(value)) return /\d/.test(value) && /[a-f]/i.test(value);
  return /^[\w+/-]+={0,2}$/.test(value) && /\d/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value);
}

/** At least 2.8 bits a character (Shannon): 20 random hexadecimal digits have 3.2 on average. */
function isVaried(value: string): boolean {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits >= 2.8;
}

function isAddress(value: string): boolean {
  return (
    /\d/.test(value) &&
    /(?:^|[\s,])(?:rue|avenue|av\.|boulevard|bd|impasse|chemin|cité|cite|lotissement|lot|route|place|quai|allée|street|st\.|road|شارع|نهج|حي)\s/iu.test(
      `${value} `,
    )
  );
}

function isSentence(value: string): boolean {
  const parts = value.split(/\s+/);
  return parts.length >= 4 && parts.filter((part) => /^\P{L}*\p{L}{2,}/u.test(part)).length >= 3;
}
