import { type Facts, moment } from './facts.js';
import { picture } from './identifiers.js';
import { longDescription } from './messages.js';
import { person, TOPICS } from './people.js';
import { arrayText, quoted, type TableRows } from './table-rows.js';

const AMENITIES = ['wifi', 'parking', 'air conditioning', 'sea view', 'kitchen', 'washing, drying'];
const KINDS = ['Loft', 'Studio', 'Duplex', 'Appartement', 'Villa', 'شقة'];
const TAGS = ['nouveau', 'à visiter', 'vue "mer"', 'c:\\photos', 'familial', 'مفروش'];

/** What is let: of every four, the last is a part of the first. */
export function loftTable(facts: Facts): TableRows {
  const { seed, sizes } = facts;
  return {
    table: 'public.lofts',
    columns: `
      id, inventory_number, owner_id, parent_loft_id, name, slug, address, amenities, tags, price_per_night,
      currency, price_band, status, coordinates, surface, description, photo, contact, created_at`,
    *rows() {
      for (let row = 0; row < sizes.lofts; row++) {
        const owner = (row * 3) % sizes.profiles;
        const { fullName, phone, email } = facts.profile(owner);
        const { street, city, postalCode, draw } = person(seed, TOPICS.loft, row);
        const kind = draw.pick(KINDS);
        const price = draw.between(4_000, 28_000);
        yield [
          facts.loftId(row),
          row + 1,
          facts.profileId(owner),
          row % 4 === 3 ? facts.loftId(row - 3) : null,
          `${kind} ${city} n° ${row + 1}`,
          `${kind.toLowerCase()}-${row + 1}`,
          row % 19 === 7 ? null : `(${quoted(street)},${quoted(city)},${postalCode},DZ)`,
          `{${AMENITIES.filter(() => draw.chance(0.4))
            .map(quoted)
            .join(',')}}`,
          arrayText(TAGS.filter(() => draw.chance(0.3))),
          `${price}.00`,
          draw.chance(0.8) ? 'DZD' : 'EUR',
          `[${price - 1_000},${price + 4_000})`,
          draw.pick(['available', 'available', 'available', 'occupied', 'maintenance', 'retired']),
          `(${2 + draw.below(6_000) / 1000},${35 + draw.below(1_900) / 1000})`,
          `${draw.between(18, 240)}.5`,
          longDescription({ draw, fullName, phone, paragraphs: row % 100 === 1 ? 90 : draw.between(1, 4) }),
          row % 5 === 0 ? picture(draw, 256) : null,
          JSON.stringify({ owner: { name: fullName, email, phone }, caretaker: draw.chance(0.3) ? { phone } : null }),
          moment(draw),
        ];
      }
    },
  };
}
