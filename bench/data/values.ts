import type { AnonymizationType } from '../../contracts/anonymization.js';

/** Values as a column has them, different ones, for generators of text. */
export const VALUES: Partial<Record<AnonymizationType, (index: number) => string>> = {
  email: (index) => `amina.bensaid${index}@example.org`,
  guestEmail: (index) => `amina.bensaid${index}@example.org`,
  fullName: (index) => `Amina Bensaid ${index}`,
  firstName: (index) => `Amina ${index}`,
  lastName: (index) => `Bensaid ${index}`,
  address: (index) => `${index} rue Didouche Mourad`,
  username: (index) => `amina${index}`,
  mask: (index) => `Room ${index}: Amina is waiting`,
  text: (index) => `Arrive late, number ${index}, please wait.`,
  phone: (index) => `+213 55 ${String(1_000_000 + index)}`,
  accountNumber: (index) => `00799999 ${String(1_000_000_000 + 7919 * index)}`,
  cardNumber: (index) => `411111${String(1_000_000_000 + 7919 * index)}`,
  formatPreserving: (index) => `AB-${1000 + index}/x`,
  token: (index) => `sk_live_9f8Kq2LmZx${1000 + index}`,
  uuid: (index) => `a0eebc99-9c0b-4ef8-bb6d-${String(index).padStart(12, '0')}`,
  birthDate: (index) => `19${10 + (index % 90)}-0${1 + (index % 9)}-1${index % 9}`,
  date: (index) => `20${10 + (index % 14)}-0${1 + (index % 9)}-1${index % 9}`,
  amount: (index) => `${1000 + index}.50`,
  ip: (index) => `41.200.${index % 200}.${index % 250}`,
  url: (index) => `https://shop.example/users/${index}?mail=a`,
};

/** Those that hash a value once; the others permute it symbol by symbol, or work word by word. */
export const HASHING: AnonymizationType[] = [
  'email',
  'guestEmail',
  'fullName',
  'firstName',
  'lastName',
  'address',
  'username',
  'mask',
];
