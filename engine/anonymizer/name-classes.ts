import type { AnonymizationType } from '../../contracts/anonymization.js';

export interface NameClass {
  type: AnonymizationType;
  /** A number of that name is personal too, as a column and inside JSON. */
  isPersonal: boolean;
  /** `certain`: hardly anything else is called that. */
  confidence: 'certain' | 'likely';
  isBirth?: boolean;
  /** Coordinates: masked as amounts, so that a latitude stays near one and a text of both becomes zeros. */
  isPlace?: boolean;
  /** Completes "named like …". */
  what: string;
  /** For `constant`. */
  value?: string;
}

interface NameLine {
  /** Of the words of a name with a space around each. */
  pattern: RegExp;
  class: NameClass;
}

/** Words of people, before `name`. */
const PERSON =
  'guest|client|customer|user|owner|tenant|contact|host|member|person|sender|recipient|author|employee|agent|manager|holder|beneficiary|emergency|voyageur|invite|proprietaire|locataire|titulaire|hote|payer|payee|buyer|seller|visitor|patient|student|payeur|acheteur|vendeur|visiteur|zab[ou]+n|dayf|malik|mouwad+haf';

/** The number of something is often called so. */
const NUMBER = '(?: (?:number|no|num|numero|nr))?';
const NUMERO = '(?:(?:numero|num|no|n|raqm|rakm) (?:du |de |d |al )?)?';

/** By what comes first: what is about a thing (its count, its type, its id), then the thing itself, the more special before the more general. */
export const NAME_CLASSES: readonly NameLine[] = [
  ends(
    `${NUMERO}(?:passports?|passeports?|jawaz(?: (?:al )?safar)?|ssn|nin|nif|nis|nir|nni|cin|cni|national id|national (?:identity|insurance)|identity card|identity document|(?:identity|id) (?:number|no|card)|carte (?:d )?(?:identite|nationale|sejour|grise|vitale)|titre sejour|piece (?:d )?identite|identifiant (?:fiscal|national)|social security|securite sociale|(?:numero|num|no) (?:d )?(?:identite|identification|secu)|(?:raqm|rakm) (?:al )?(?:watani|taarif)|bita[qk]at?(?: (?:al )?(?:wataniy?a|taarif))?|licen[cs]e plate|plate number|immatriculation|matricule|driv(?:ing|ers?) licen[cs]e|permis(?: (?:de )?conduire)?|tax id|vat id|(?:tax|vat) number)${NUMBER}`,
    personal('formatPreserving', 'an identity number'),
  ),
  ends('(?:provider|external|google|facebook|apple|github|device|session|push) id|stripe \\w+ id', {
    ...personal('token', 'an identifier of somebody elsewhere'),
    confidence: 'likely',
  }),
  starts(
    'is|has|can|should|allows?|est|nb|nbr|nombre|number of|count of|count|max|min|total|avg',
    structural('a flag or a count'),
  ),
  ends(
    '(?<! (?:born|lives?|living|located|resides|works?|working) )at|cree le|modifie le|supprime le|(?:last|first|dernier|premier) login|last seen|counts?|counter|compteur|total|rate|taux|verified|enabled|disabled|confirmed|expired|expires|expiry|expiration|ttl|length|size|limit|quota|attempts|tentatives|tokens (?:used|left|remaining)',
    structural('a flag, a count or a time'),
  ),
  ends('id|ids|uuid|uuids|guid', structural('an identifier or a code')),
  has(
    'lieu (?:de )?naissance|birth ?place|place of birth|(?:city|town) of birth|birth (?:city|town)|ville (?:de )?naissance|makan (?:al )?(?:milad|izdiyad)',
    personal('mask', 'a place of birth'),
  ),
  ends(
    'type|types|status|statut|state|etat|kind|currency|devise|locale|lang|languages?|langues?|timezone|tz|country|pays|wilaya|region|city|ville|commune|(?:al )?(?:madina|baladiya|daira|dawla)|hala|halat|zip|zipcode|postcode|postal code|code postal|role|roles|permission|permissions|scope|scopes|category|categorie|categories|mode|level|priority|priorite|unit|format|mime|mimetype|mime type|method|channel|color|colour|couleur|icon|version|platform|provider|providers|gender|sexe|genre|civilite|slug|amenities|equipements|features|action|operation|event|schema|aud|algorithm|checksum|etag|brand|brands|marque|marques|table name|schema name|tablename|schemaname|column name|function name|event name|role name',
    structural(),
  ),
  has(
    'passwords?|passwd|pwd|passphrase|mot (?:de )?passe|motdepasse|mdp|kalimat (?:al )?(?:sirr?|mourour|murur)',
    personal('token', 'a password'),
  ),
  has(
    'otp|pin|pin code|totp code|cvv|cvc|(?:access|door|gate|verification|security|confirmation|wifi|entry|alarm|recovery|backup|unlock) codes?|codes? (?:d )?(?:acces|porte|wifi|secret|verification|confirmation|securite)|ramz (?:al )?(?:sirr?|doukhoul)',
    personal('formatPreserving', 'a code that opens something'),
  ),
  has(
    'tokens?|jetons?|jwt|bearer|secrets?|api ?keys?|private keys?|access keys?|signing keys?|encryption keys?|hmac key|cle (?:api|privee|secrete)|credentials?|totp|verifier|challenge|nonce|salt|auth code|authorization code|cookies?',
    personal('token', 'a secret'),
  ),
  ends('(?:birth|maiden) name|nom (?:de )?(?:naissance|jeune fille)', personal('lastName', 'a last name')),
  has(
    'birth|birthdays?|birth ?dates?|dob|born|naissance|date naiss|ddn|ne le|nee le|anniversaire|milad|mawlid|izdiyad',
    { ...personal('birthDate', 'a birth'), isBirth: true },
  ),
  ends(
    'e ?mails?|mails?|courriels?|mel|(?:e ?mails?|mail|courriel) (?:address|addresses|addr|adresse|change)|adresse (?:e ?mail|mail|courriel|electronique)|barid (?:al )?[ei]l[ei][ck]troni\\w*',
    personal('email', 'an e-mail address'),
  ),
  has('email address|adresse (?:e )?mail|email change|adresse courriel', personal('email', 'an e-mail address')),
  ends(
    'ips?|ip ?v[46]|ip ?addr(?:ess(?:es)?)?|ip adresse|adresses? ip|remote addr(?:ess)?|client addr(?:ess)?|(?:x )?forwarded for',
    personal('ip', 'an IP address'),
  ),
  ends('mac addr(?:ess)?|adresse mac|imei|imsi', personal('formatPreserving', 'the number of a device')),
  ends('wallet address|(?:btc|eth|crypto) address', personal('formatPreserving', 'an account number')),
  ends('user ?agent', { ...personal('constant', 'a browser'), value: 'Mozilla/5.0' }),
  ends(
    `${NUMERO}(?:phones?|telephones?|tel|telf|tlf|mobile|gsm|portable|whats ?app|viber|msisdn|fax|hat[ie]f|jaww?al|cell|cellphone)${NUMBER}(?: \\d)?`,
    personal('phone', 'a phone number'),
  ),
  has('phone (?:number|change)|telephone|whatsapp', personal('phone', 'a phone number')),
  ends(
    `(?:credit|debit|bank|payment)(?: )?card${NUMBER}|card (?:number|no|num|pan)|cardnumber|cc (?:number|no|num)|(?:numero|num|no) (?:de )?carte(?: bancaire)?|carte (?:de )?(?:bancaire|credit|paiement|bleue|cib|edahabia)|(?:(?:raqm|rakm) (?:al )?)?bita[qk]at? (?:al )?(?:bank\\w*|iti?man\\w*|dahabiy?a)`,
    personal('cardNumber', 'a card number'),
  ),
  ends('(?<! (?:business|report|score|memory|graphics) )card|carte|card (?:last ?(?:4|four)|digits)|last4', {
    ...personal('cardNumber', 'a card number'),
    confidence: 'likely',
  }),
  ends(
    `${NUMERO}(?:iban|bban|rib|rip|cle rib|bic|swift|ccp|accountnumber|(?:account|acct) (?:number|no|num)|bank account|(?:numero|num|no) (?:de |du )?compte|compte (?:bancaire|ccp|postal)|routing number|sort code|(?:raqm|rakm) (?:al )?hisab|hisab (?:al )?bank\\w*)${NUMBER}`,
    personal('accountNumber', 'an account number'),
  ),
  ends('account|acct|compte|hisab', { ...personal('accountNumber', 'an account number'), confidence: 'likely' }),
  ends('prenoms?|first ?name|given name|forename|middle name|ism', personal('firstName', 'a first name')),
  ends(
    'last ?name|surname|family name|nom (?:de )?famille|la[qk]ab|ism (?:al )?aila',
    personal('lastName', 'a last name'),
  ),
  ends(
    'full ?name|nom complet|display ?name|nom (?:et )?prenom|prenom (?:et )?nom|real name|legal name|ism (?:al )?kamil',
    personal('name', "a person's name"),
  ),
  ends(`(?:${PERSON}) (?:name|nom|names)|ism (?:al )?(?:${PERSON})`, personal('name', "a person's name")),
  ends(`nom (?:du |de |d )?(?:${PERSON})`, personal('name', "a person's name")),
  ends('account name|(?:account|card) holder|titulaire|signature|signed by', personal('name', "a person's name")),
  ends(
    'user ?name|login|login name|pseudo|pseudonyme?|nick ?name|nick|handle|screen ?name|identifiant|identifiant (?:de )?connexion|nom (?:d )?utilisateur|ism (?:al )?m(?:ou|o|u)sta[kh]+d[ie]m',
    { ...personal('username', 'a login'), confidence: 'likely' },
  ),
  ends(
    'urls?|uris?|links?|liens?|href|web ?site|site (?:web|internet)|home ?page|web address|adresse web|avatars?|photos?|pictures?|portrait|selfie|photo (?:de )?profil|profile (?:picture|photo|image|pic)|rabit|linkedin|facebook|instagram|twitter|tiktok|youtube',
    { type: 'url', isPersonal: false, confidence: 'likely', what: 'an address on the web' },
  ),
  ends(
    '(?:address|addresses|adresse|adresses|addr|street|street address|rue|address line|line1|line2|address1|address2|domicile|(?:[oiu]|3[oiu]?)nwan)(?: line)?(?: \\d)?',
    personal('address', 'an address'),
  ),
  ends(
    'lat|latitude|lng|lon|longitude|i[hd]+a[th]+iyat|coordinates?|coords|coordonnees(?: gps)?|gps|geo|geom|geo ?point|geo ?loc(?:ation|alisation)?|lat ?l(?:ng|on|ong)|(?:gps|geo) (?:location|position)|position gps|khat (?:al )?(?:ard|toul)',
    { ...personal('amount', 'a place on the map'), confidence: 'likely', isPlace: true },
  ),
  ends(
    'message|messages|body|content|contents|contenu|comment|comments|commentaire|commentaires|note|notes|description|descriptions|text|texte|subject|sujet|objet|title|titre|reason|raison|motif|feedback|review|avis|bio|biography|biographie|about|summary|remark|remarks|remarque|remarques|observation|observations|instructions|details|answer|reply|reponse|question|request|special requests|caption|excerpt|error|profession|job|occupation|employer|company|societe|entreprise|organisation|organization|risala|moulahadat|mulahadat|tafsil|wasf',
    { type: 'text', isPersonal: false, confidence: 'likely', what: 'free text' },
  ),
  ends(
    '(?:amounts?|montants?|prices?|prix|tarifs?|fees?|frais|balance|solde|salary|salaire|loyer|(?:al )?(?:mablagh|thaman))',
    { type: 'amount', isPersonal: false, confidence: 'likely', what: 'an amount of money' },
  ),
  ends('code|codes|ramz|key|ref|reference|sku', structural('an identifier or a code')),
];

/** The name is these words, or ends with them. */
function ends(words: string, nameClass: NameClass): NameLine {
  return { pattern: new RegExp(` (?:${words}) $`), class: nameClass };
}

/** Other words follow. */
function starts(words: string, nameClass: NameClass): NameLine {
  return { pattern: new RegExp(`^ (?:${words}) \\S`), class: nameClass };
}

function has(words: string, nameClass: NameClass): NameLine {
  return { pattern: new RegExp(` (?:${words}) `), class: nameClass };
}

function personal(type: AnonymizationType, what: string): NameClass {
  return { type, isPersonal: true, confidence: 'certain', what };
}

function structural(what = 'a property of things, not of people'): NameClass {
  return { type: 'keep', isPersonal: false, confidence: 'likely', what };
}
