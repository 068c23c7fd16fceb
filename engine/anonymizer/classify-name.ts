import type { AnonymizationType } from '../../contracts/anonymization.js';

export interface NameClass {
  type: AnonymizationType;
  /** Masked wherever it is found, inside JSON too; otherwise the type is `keep` or a wording. */
  isPersonal: boolean;
  /** `certain`: hardly anything else is called that. */
  confidence: 'certain' | 'likely';
  isBirth?: boolean;
  /** Completes "named like …". */
  what: string;
  /** For `constant`. */
  value?: string;
}

/**
 * What a column or key of this name holds, by its words in French, English and transliterated Arabic; undefined when they say nothing.
 * The first line of the table that matches decides.
 */
export function classifyName(name: string): NameClass | undefined {
  const words = ` ${wordsOf(name).join(' ')} `;
  return CLASSES.find(({ pattern }) => pattern.test(words))?.class;
}

/** `guestFirstName`, `guest_first_name`, `Prénom` → plain lower-case words. */
export function wordsOf(name: string): string[] {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter(Boolean);
}

/** Words of people, before `name`. */
const PERSON =
  'guest|client|customer|user|owner|tenant|contact|host|member|person|sender|recipient|author|employee|agent|manager|holder|beneficiary|emergency|voyageur|invite|proprietaire|locataire|titulaire|hote';

const CLASSES: { pattern: RegExp; class: NameClass }[] = [
  line(
    / (password|passwd|pwd|passphrase|mot de passe|secrets?|api key|apikey|private key|access key|credentials?|otp|pin|pin code|totp|verifier|challenge|nonce|auth code|authorization code|(access|door|gate|verification|security|confirmation|wifi|entry|alarm) code|code (acces|porte|wifi|secret)|salt) /,
    personal('mask', 'a secret'),
  ),
  line(/ tokens? (type|expiry|expires|count|status|method) /, structural()),
  line(/ (tokens?|jeton) /, personal('mask', 'a secret')),
  line(
    / (type|types|status|statut|state|etat|kind|currency|devise|locale|lang|language|langue|timezone|tz|country|pays|wilaya|region|city|ville|commune|zip|zipcode|postcode|postal code|code postal|role|roles|permission|permissions|scope|scopes|category|categorie|categories|mode|level|priority|priorite|unit|format|mime|mimetype|mime type|method|channel|color|colour|couleur|icon|version|platform|provider|providers|gender|sexe|genre|civilite|slug|amenities|equipements|features|action|operation|event|schema|aud|algorithm|checksum|etag|table name|schema name|tablename|schemaname|column name|function name|event name|role name|bucket id|instance id) $/,
    structural(),
  ),
  line(
    / (email|emails|e mail|e mails|mail|courriel|courriels|mel) (address |adresse )?$/,
    personal('email', 'an e-mail address'),
  ),
  line(/ (email address|adresse (e )?mail|email change|adresse courriel) /, personal('email', 'an e-mail address')),
  line(/ (ip|ip address|ip addr|adresse ip|remote addr|client addr|last ip) $/, personal('ip', 'an IP address')),
  line(/ (user agent|useragent) $/, { ...personal('constant', 'a browser'), value: 'Mozilla/5.0' }),
  line(
    / (phone|phones|telephone|telephones|tel|mobile|gsm|portable|whatsapp|fax|hatif|jawal|phone number|cell|cellphone) (number |no |num |numero |\d )?$/,
    personal('phone', 'a phone number'),
  ),
  line(/ (phone|telephone|whatsapp) /, personal('phone', 'a phone number')),
  line(
    / (iban|rib|bic|ccp|account number|account no|accountnumber|numero compte|numero de compte|compte bancaire|bank account|card number|cardnumber|card|carte|numero carte|carte bancaire|compte|routing number) $/,
    personal('accountNumber', 'an account number'),
  ),
  line(
    / (passport|passeport|ssn|nin|nif|nis|cin|national id|identity number|id number|id card|piece identite|numero identite|license plate|immatriculation|matricule|driving license|permis|tax id|vat number) (number |no |numero )?$/,
    personal('accountNumber', 'an identity number'),
  ),
  line(/ (birth|birthday|birthdate|birthplace|naissance|dob|ne le) /, {
    ...personal('birthDate', 'a birth'),
    isBirth: true,
  }),
  line(
    / (prenom|prenoms|first name|firstname|given name|forename|middle name|ism) $/,
    personal('firstName', 'a first name'),
  ),
  line(
    / (last name|lastname|surname|family name|nom famille|nom de famille|nom naissance|laqab) $/,
    personal('lastName', 'a last name'),
  ),
  line(
    / (full name|fullname|nom complet|display name|displayname|nom prenom|nom et prenom|real name|legal name) $/,
    personal('name', "a person's name"),
  ),
  line(new RegExp(` (${PERSON}) (name|nom|names) $`), personal('name', "a person's name")),
  line(new RegExp(` nom (du |de |d )?(${PERSON}) $`), personal('name', "a person's name")),
  line(/ (account name|account holder|titulaire|signature|signed by) $/, personal('name', "a person's name")),
  line(/ (username|user name|login|pseudo|nickname|handle|screen name) $/, {
    ...personal('mask', 'a login'),
    confidence: 'likely',
  }),
  line(
    / (address|addresses|adresse|adresses|addr|street|street address|rue|address line|line1|line2|address1|address2|onwan) (line )?(\d )?$/,
    personal('address', 'an address'),
  ),
  line(/ (avatar|photo|picture|portrait|selfie|avatar url|photo url|picture url|image url|photo profil) $/, {
    type: 'constant',
    isPersonal: true,
    confidence: 'likely',
    what: 'a picture of somebody',
    value: 'https://test.local/picture.png',
  }),
  line(
    / (message|messages|body|content|contents|contenu|comment|comments|commentaire|commentaires|note|notes|description|descriptions|text|texte|subject|sujet|objet|title|titre|reason|raison|motif|feedback|review|avis|bio|about|summary|remark|remarks|remarque|remarques|observation|observations|instructions|details|answer|reply|reponse|question|request|special requests|caption|excerpt|error|profession|job|occupation|employer|company|societe|entreprise|organisation|organization) $/,
    { type: 'text', isPersonal: false, confidence: 'likely', what: 'free text' },
  ),
  line(/ (?:(?:provider|external|google|facebook|apple|github|device|session|push) id|stripe \w+ id) $/, {
    ...personal('mask', 'an identifier of somebody elsewhere'),
    confidence: 'likely',
  }),
  line(/ (id|uuid|code|codes|key|ref|reference|sku) $/, structural('an identifier or a code')),
];

function line(pattern: RegExp, nameClass: NameClass) {
  return { pattern, class: nameClass };
}

function personal(type: AnonymizationType, what: string): NameClass {
  return { type, isPersonal: true, confidence: 'certain', what };
}

function structural(what = 'a property of things, not of people'): NameClass {
  return { type: 'keep', isPersonal: false, confidence: 'likely', what };
}
