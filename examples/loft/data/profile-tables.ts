import { type Facts, moment } from './facts.js';
import { iban, picture } from './identifiers.js';
import type { TableRows } from './table-rows.js';

const ROLES = ['member', 'member', 'member', 'member', 'guest', 'guest', 'manager', 'Partenaire privilégié'];
const MANAGERS = 10;

/** People with an account, and where their money goes. */
export function profileTables(facts: Facts): TableRows[] {
  const { sizes } = facts;
  return [
    {
      table: 'public.profiles',
      columns: `
        id, email, full_name, first_name, last_name, phone, role, former_roles, manager_id, default_loft_id,
        is_active, preferences, avatar, created_at, updated_at`,
      *rows() {
        for (let row = 0; row < sizes.profiles; row++) {
          const { draw, ...person } = facts.profile(row);
          yield [
            facts.profileId(row),
            row % 11 === 5 ? person.email.replace(/^./, (first) => first.toUpperCase()) : person.email,
            person.fullName,
            person.firstName,
            person.lastName,
            row % 17 === 3 ? null : person.phone,
            row < 2 ? 'admin' : row < MANAGERS ? 'manager' : draw.pick(ROLES),
            row % 9 === 0 ? '{guest,"Partenaire privilégié"}' : '{}',
            row < 2 ? null : facts.profileId(row < MANAGERS ? row % 2 : Math.floor(row / MANAGERS)),
            row % 3 === 0 ? facts.loftId(row % sizes.lofts) : null,
            !draw.chance(0.05),
            JSON.stringify({
              theme: draw.pick(['clair', 'sombre']),
              contact: {
                email: person.email,
                phones: [person.phone],
                address: { street: person.street, city: person.city },
              },
              emergency: row % 4 ? null : { name: facts.profile((row + 1) % sizes.profiles).fullName },
            }),
            row % 10 === 0 ? picture(draw, 96) : null,
            moment(draw),
            moment(draw),
          ];
        }
      },
    },
    {
      table: 'public.bank_details',
      columns: 'profile_id, holder_name, account_number, iban, updated_at',
      *rows() {
        for (let row = 0; row < sizes.profiles; row += 4) {
          const { fullName, draw } = facts.profile(row);
          const account = String(row).padStart(8, '0') + draw.digits(12);
          yield [facts.profileId(row), fullName, account, iban('DZ', account), moment(draw)];
        }
      },
    },
  ];
}
