import type { AnonymizationType } from '../../../contracts/anonymization.js';
import type { Generator } from '../generator.js';
import { accountNumber } from './account-number.js';
import { address } from './address.js';
import { amount } from './amount.js';
import { birthDate, date } from './dates.js';
import { email, guestEmail } from './email.js';
import { cardNumber, formatPreserving } from './format-preserving.js';
import { ip } from './ip.js';
import { mask } from './mask.js';
import { firstName, fullName, guestName, lastName, name } from './name.js';
import { passwordHash } from './password-hash.js';
import { phone } from './phone.js';
import { text } from './text.js';
import { token } from './token.js';
import { url } from './url.js';
import { username } from './username.js';
import { uuid } from './uuid.js';

/** By the name that rules use. What is not here (`json`, `constant`, `null`, `empty`, `keep`, `custom`) makes no value of its own. */
export const GENERATORS: { readonly [Name in AnonymizationType]?: Generator } = {
  email,
  guestEmail,
  name,
  fullName,
  firstName,
  lastName,
  guestName,
  phone,
  address,
  accountNumber,
  formatPreserving,
  cardNumber,
  birthDate,
  date,
  amount,
  ip,
  url,
  uuid,
  token,
  passwordHash,
  username,
  text,
  mask,
};
