import { MASKED_EMAIL_HOST, type PersonalDataKind } from '../../contracts/anonymization.js';
import { DETECTORS } from '../anonymizer/detectors.js';
import type { TextTokens } from './text-tokens.js';

export interface FormFound {
  kind: PersonalDataKind;
  /** It also passes the kind's check. */
  isMatch: boolean;
}

/** What in a text has the form of personal data. E-mail addresses that reach nobody are left out. */
export function findForms(text: string, { emails, numbers }: TextTokens): FormFound[] {
  const found: FormFound[] = [];
  for (const email of emails) if (!isReserved(email)) found.push({ kind: 'email', isMatch: true });
  for (const number of numbers) {
    for (const { kind, form, matches } of NUMBER_FORMS) {
      if (form.test(number)) found.push({ kind, isMatch: matches(number) });
    }
  }
  if (MAY_BE_IBAN.test(text)) {
    for (const [iban] of text.matchAll(IBAN)) found.push({ kind: 'iban', isMatch: detectorOf('iban')(iban) });
  }
  return found;
}

/** An address that a generator made. */
export function isMasked(email: string): boolean {
  return email.endsWith(`@${MASKED_EMAIL_HOST}`);
}

/** Domains that no mail reaches (RFC 2606, RFC 6761, RFC 6762). */
function isReserved(email: string): boolean {
  return /[@.](?:test|example|invalid|localhost|local|example\.(?:com|net|org))$/.test(email);
}

/** The chance, at most, that something else of the kind's form passes its check. */
export function oddsOf(kind: PersonalDataKind): number {
  return ODDS[kind] ?? 0;
}

const ODDS: { readonly [kind in PersonalDataKind]?: number } = {
  iban: 0.02,
  nationalId: 0.02,
  cardNumber: 0.12,
  phone: 0.3,
};

const NUMBER_FORMS = [
  { kind: 'phone', form: /^(?:\(?\+|\(?0[1-9])/, matches: detectorOf('phone') },
  { kind: 'cardNumber', form: /^\d{4}(?:[ -]?\d{2,6}){2,4}$/, matches: detectorOf('cardNumber') },
  {
    kind: 'nationalId',
    form: /^[1278] ?\d\d ?\d\d ?\d\d ?\d{3} ?\d{3} ?\d\d$/,
    matches: detectorOf('nationalId'),
  },
] as const;

const MAY_BE_IBAN = /[A-Z]{2}\d\d/;
const IBAN = /(?<![\p{L}\d])[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?(?![\p{L}\d])/gu;

function detectorOf(name: string): (value: string) => boolean {
  const detector = DETECTORS.find((each) => each.name === name);
  if (!detector) throw new Error(`no detector ${name}`);
  return detector.matches;
}
