import { createRequire } from 'node:module';

type PhoneNumbers = typeof import('libphonenumber-js/min');

const load = createRequire(import.meta.url);
let library: PhoneNumbers | undefined;

/** Loaded by the first that asks: the metadata takes 50 ms and 10 MB of every copying thread and every command. */
export function phoneNumbers(): PhoneNumbers {
  library ??= load('libphonenumber-js/min') as PhoneNumbers;
  return library;
}
