import { type Facts, moment } from './facts.js';
import { arrayText, type TableRows } from './table-rows.js';

const COUNTRIES = ['DZ', 'DZ', 'DZ', 'FR', 'FR', 'TN', 'MA', 'BE', 'CA'];

/** Who stays: numbers in several spellings, some without e-mail or passport, some born long before the rule about it. */
export function guestTable(facts: Facts): TableRows {
  const { sizes } = facts;
  return {
    table: 'public.guests',
    columns: `
      id, email, full_name, phone, other_phones, address, nationality, passport_number, birth_date, languages,
      attributes, nickname, notes, created_at`,
    *rows() {
      for (let row = 0; row < sizes.guests; row++) {
        const { draw, ...guest } = facts.guest(row);
        const nationality = draw.pick(COUNTRIES);
        const spaced = guest.phone.replace(/(..)(?=.)/g, '$1 ');
        yield [
          facts.guestId(row),
          row % 13 === 4 ? null : guest.email,
          guest.fullName.slice(0, 80),
          row % 8 === 1 ? `+213 ${guest.phone.slice(1)}` : row % 8 === 2 ? spaced : guest.phone,
          row % 6 === 0 ? arrayText([guest.phone, `+33${draw.digits(9)}`]) : null,
          draw.chance(0.7) ? `${guest.street}\n${guest.postalCode} ${guest.city}` : null,
          nationality,
          draw.chance(0.8) ? `${nationality}${String(row).padStart(7, '0')}` : null,
          row % 200 === 7 ? '1890-01-01' : `${draw.between(1945, 2006)}-0${draw.between(1, 9)}-1${draw.below(10)}`,
          draw.pick(['{fr}', '{fr,ar}', '{ar,fr,en}']),
          row % 5 === 0 ? `"téléphone"=>"${guest.phone}", "allergies"=>NULL` : null,
          row % 7 === 0 ? guest.firstName : null,
          row % 10 === 0 ? `${guest.fullName} préfère être appelé au ${spaced};\tarrive tard\\` : null,
          moment(draw),
        ];
      }
    },
  };
}
