import type { AnonymizationType } from '../../../contracts/anonymization.js';
import type { Generator } from '../generator.js';
import { accountNumber } from './account-number.js';
import { address } from './address.js';
import { email, guestEmail } from './email.js';
import { mask } from './mask.js';
import { firstName, fullName, guestName, lastName, name } from './name.js';
import { phone } from './phone.js';
import { text } from './text.js';

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
  text,
  mask,
};
