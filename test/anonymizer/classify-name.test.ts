import { describe, expect, test } from 'vitest';
import type { TypeShape } from '../../contracts/schema.js';
import { classifyName } from '../../engine/anonymizer/classify-name.js';
import { decideColumns } from '../../engine/anonymizer/decide-columns.js';
import { column, scalar, schema, table } from './builders.js';

const namesOf = (list: string) => list.trim().split(/\s+/);

describe.each([
  [
    'email',
    'email Email e_mail user_email emailAddress adresse_mail adresse_email courriel new_email email2 email_old emails_pro barid_iliktroni email_change',
  ],
  [
    'token',
    'password passwd user_pwd mot_de_passe motDePasse mdp encrypted_password password_hash hashedPassword kalimat_sir token refresh_token access_token api_key apiKey client_secret jeton jeton_acces tokens jwt session_token_2 password_salt code_verifier provider_id google_id',
  ],
  [
    'formatPreserving',
    'pin otp_code door_code code_acces cvv nin cin cni ssn passport passeport num_passeport passport_number numero_passeport national_id tax_id numero_identite carte_identite carte_nationale piece_identite securite_sociale matricule immatriculation license_plate raqm_watani bitaqa_wataniya raqm_bitaqa jawaz_safar identifiant_fiscal mac_address imei',
  ],
  [
    'ip',
    'ip last_ip ip_address ipAddress adresse_ip remote_addr client_ip x_forwarded_for last_sign_in_ip ipv4 signup_ip_address',
  ],
  [
    'phone',
    'phone phone_number phone2 tel tel_perso numero_telephone numéroTéléphone num_tel gsm mobile portable whatsapp fax hatif raqm_hatif jawal contact_phone',
  ],
  [
    'cardNumber',
    'card_number cardNumber credit_card credit_card_number numero_carte num_carte carte_bancaire numero_carte_bancaire cc_number card last4 card_last4',
  ],
  [
    'accountNumber',
    'iban rib IBAN account account_number numero_compte compte_bancaire bank_account_number bic ccp num_ccp hisab raqm_hisab guest_iban cle_rib',
  ],
  [
    'username',
    'username user_login login pseudo nickname identifiant handle screen_name nom_utilisateur username_canonical ism_mostakhdim',
  ],
  [
    'url',
    'url avatar avatar_url website site_web photo_url lien picture profile_picture linkedin homepage callbackUrl passport_photo link',
  ],
  [
    'amount',
    'lat latitude lng longitude home_latitude coordinates geo gps gps_coordinates geolocation lat_lng coordonnees_gps latLng',
  ],
  [
    'birthDate',
    'birth_date date_of_birth dob birthday date_naissance dateNaissance ne_le ddn tarikh_milad born born_at birth_year',
  ],
  ['firstName', 'first_name firstName prenom prénom given_name ism'],
  ['lastName', 'last_name surname nom_famille nom_de_famille laqab lakab nom_naissance nom_de_jeune_fille maiden_name'],
  [
    'name',
    'full_name nom_complet guest_name nom_du_client nom_proprietaire account_holder card_holder_name display_name',
  ],
  ['address', 'address adresse street address_line_1 address2 rue billing_address onwan'],
  ['text', 'notes comment commentaire bio description message subject sujet remarques special_requests molahadat_note'],
  ['mask', 'birthplace place_of_birth lieu_naissance lieu_de_naissance'],
] as const)('%s', (type, list) => {
  test.each(namesOf(list))('is what %s is named like', (name) => {
    expect(classifyName(name)?.type).toBe(type);
  });
});

test.each(
  namesOf(`
    token_count tokenCount total_tokens max_tokens nb_tokens tokens_used token_type token_expires_at token_expiry card_type card_brand
    url_count email_count phone_count is_admin is_email_verified has_password can_login email_verified phone_verified password_changed_at
    email_confirmed_at last_login last_login_at login_count login_attempts account_id account_type account_status card_id token_id
    secret_id phone_id url_id password_id national_id_type passport_country passport_expiry nombre_telephones est_actif cree_le birth_rate
    ip_version message_id message_type comment_count address_id address_type phone_country code_challenge_method api_key_scopes is_ip_allowed
    username_length avatar_color photo_id`),
)('%s is about a thing, and nothing of it', (name) => {
  expect(classifyName(name)).toMatchObject({ type: 'keep', isPersonal: false });
});

test.each(
  namesOf(`
    zip_file trip tip scorecard score_card business_card curl tokenizer compteur_eau_x accountant carton latin platform_x emailing
    phoneme_x cardinality pinned pincode_area ribbon urlencoded login_page_x passenger passage x1 name nom ismail mobile_app tableau
    dobson geography_x maillot secretary_x birthmark email_hash libelle identity_data hatched ssnx lives_at works_at`),
)('%s says nothing', (name) => {
  expect(classifyName(name)).toBeUndefined();
});

test('numbers are masked by names of people and places alone', () => {
  const personal = ['phone', 'lat', 'pin', 'card_number'].map((name) => classifyName(name)?.isPersonal);
  expect(personal).toEqual([true, true, true, true]);
  const others = ['token_count', 'notes', 'total_tokens', 'photos'].map((name) => classifyName(name)?.isPersonal);
  expect(others).toEqual([false, false, false, false]);
});

/** English, French, transliterated Arabic. */
test.each([
  ['email', 'email', 'adresse_courriel', 'barid_elektroni'],
  ['name', 'full_name', 'nom_complet', 'ism_kamil'],
  ['name', 'customer_name', 'nom_client', 'ism_zaboun'],
  ['firstName', 'first_name', 'prenom', 'ism'],
  ['lastName', 'last_name', 'nom_de_famille', 'laqab'],
  ['phone', 'phone', 'numero_telephone', 'raqm_al_hatif'],
  ['address', 'postal_address', 'adresse', 'unwan'],
  ['keep', 'city', 'ville', 'madina'],
  ['birthDate', 'birth_date', 'date_naissance', 'tarikh_al_milad'],
  ['formatPreserving', 'national_id', 'numero_identite', 'bitaqat_al_taarif'],
  ['accountNumber', 'iban', 'rib', 'raqm_hisab_banki'],
  ['cardNumber', 'card_number', 'numero_carte', 'raqm_bitaqa_bankiya'],
  ['ip', 'ip_address', 'adresse_ip', 'ip'],
  ['url', 'website', 'site_web', 'rabit'],
  ['username', 'username', 'nom_utilisateur', 'ism_mustakhdim'],
  ['token', 'password', 'mot_de_passe', 'kalimat_al_sirr'],
  ['token', 'api_key', 'cle_api', 'jeton'],
  ['text', 'description', 'commentaire', 'moulahadat'],
  ['amount', 'latitude', 'coordonnees_gps', 'khat_toul'],
  ['amount', 'amount', 'montant', 'mablagh'],
  ['keep', 'reference', 'booking_ref', 'ramz'],
  ['keep', 'status', 'statut', 'hala'],
  ['keep', 'created_at', 'cree_le', 'version'],
])('%s is what %s, %s and %s are named like', (type, ...names) => {
  expect(names.map((name) => classifyName(name)?.type)).toEqual(names.map(() => type));
});

const UNDECIDED: readonly TypeShape[] = [
  ...['text', 'json', 'jsonb', 'bytea', 'xml', 'hstore', 'inet', 'cidr', 'macaddr', 'tsvector', 'jsonpath'].map(scalar),
  { kind: 'array', element: scalar('text'), delimiter: ',' },
  { kind: 'array', element: { kind: 'array', element: scalar('citext'), delimiter: ',' }, delimiter: ',' },
  {
    kind: 'composite',
    fields: [
      { name: 'a', type: scalar('int4') },
      { name: 'b', type: scalar('text') },
    ],
  },
  { kind: 'array', element: { kind: 'composite', fields: [{ name: 'b', type: scalar('bytea') }] }, delimiter: ',' },
  { kind: 'range', subtype: scalar('text') },
];
const KEPT: readonly TypeShape[] = [
  ...['int4', 'numeric', 'bool', 'date', 'timestamptz', 'uuid', 'money', 'point', 'bit', 'char'].map(scalar),
  { kind: 'enum', labels: ['a'] },
  { kind: 'array', element: scalar('int8'), delimiter: ',' },
  { kind: 'range', subtype: scalar('date') },
];

test('texts, documents, bytes, arrays of text, hstore and composites need a decision; numbers, times, uuids and enums do not', () => {
  const undecided = (shape: TypeShape) =>
    decideColumns({
      schema: schema(table('public.t', { columns: [column('x1', { shape })] })),
      rules: [],
      generators: [],
    }).undecided.length;
  expect(UNDECIDED.map(undecided)).toEqual(UNDECIDED.map(() => 1));
  expect(KEPT.map(undecided)).toEqual(KEPT.map(() => 0));
});
