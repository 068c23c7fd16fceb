import { type Facts, moment } from './facts.js';
import { person, TOPICS } from './people.js';
import type { TableRows } from './table-rows.js';

const YEAR_2024 = Array.from({ length: 12 }, (_, month) => `2024-${String(month + 1).padStart(2, '0')}-01`);

/** Tables with names, keys and kinds that are out of the ordinary. */
export function oddTables(facts: Facts): TableRows[] {
  const { seed, sizes } = facts;
  const third = Math.ceil(sizes.assets / 3);
  const asset = (id: number) => {
    const draw = facts.draw(TOPICS.loft, -id);
    const label = draw.pick(['Canapé', 'Réfrigérateur', 'Lit double', 'Climatiseur']);
    return {
      draw,
      fields: [
        id,
        `${label} ${id}`,
        facts.loftId(id % sizes.lofts),
        `2023-0${draw.between(1, 9)}-11`,
        `${draw.between(2_000, 90_000)}.00`,
      ],
    };
  };
  return [
    {
      table: 'public."Données Clients"',
      columns: `
        id, "prénom", "Nom de famille", "e-mail", "téléphone ""portable""", "Adresse complète", "عدد الزيارات",
        "order"`,
      *rows() {
        for (let row = 0; row < sizes.few; row++) {
          const { draw, ...client } = person(seed, TOPICS.other, row);
          yield [
            row + 1,
            client.firstName,
            client.lastName,
            client.email,
            client.phone,
            `${client.street}, ${client.city}`,
            draw.below(40),
            null,
          ];
        }
      },
    },
    {
      table: 'public."rapport.2024"',
      columns: '"mois", "montant.total", "rédigé par"',
      rows: () =>
        YEAR_2024.map((month, at) => [month, `${1_200_000 + at * 31_007}.50`, facts.profile(at % 3).fullName]),
    },
    {
      table: 'public.page_views',
      columns: 'viewed_at, path, ip, user_agent, profile_id',
      *rows() {
        for (let row = 0; row < sizes.pageViews; row++) {
          const draw = facts.draw(TOPICS.reservation, -1 - row);
          const visitor = draw.chance(0.5) ? facts.profileId(draw.below(sizes.profiles)) : null;
          yield [
            moment(draw),
            `/lofts/${draw.below(sizes.lofts)}`,
            `105.${draw.below(256)}.${draw.below(256)}.${draw.below(256)}`,
            'Mozilla/5.0 (X11; Linux x86_64)',
            visitor,
          ];
        }
      },
    },
    {
      table: 'public.search_cache',
      columns: 'key, result, expires_at',
      rows: () =>
        ['alger', 'oran', 'vue mer', 'وهران'].map((key) => [key, '{"lofts":[1,2,3]}', '2026-11-01 00:00:00+00']),
    },
    {
      table: 'public.assets',
      columns: 'id, label, loft_id, bought_on, price',
      *rows() {
        for (let id = 1; id <= third; id++) yield asset(id).fields;
      },
    },
    {
      table: 'public.furniture',
      columns: 'id, label, loft_id, bought_on, price, material',
      *rows() {
        for (let id = third + 1; id <= 2 * third; id++) yield [...asset(id).fields, 'chêne'];
      },
    },
    {
      table: 'public.appliances',
      columns: 'id, label, loft_id, bought_on, price, serial_number, warranty',
      *rows() {
        for (let id = 2 * third + 1; id <= 3 * third; id++) {
          const { draw, fields } = asset(id);
          yield [...fields, `SN-${draw.digits(6)}-${id}`, `${draw.between(1, 5)} years 2 mons`];
        }
      },
    },
    {
      table: 'public.newsletter_subscribers',
      columns: 'email, full_name, ticket, is_subscribed',
      *rows() {
        for (let row = 0; row < sizes.few; row++) {
          const { email, fullName, draw } = facts.guest(row % sizes.guests);
          yield [`${row}.${email}`, fullName, 25 + (row % 1990) * 5, draw.chance(0.8)];
        }
      },
    },
    {
      table: 'public.currency_rates',
      columns: 'currency, day, rate',
      rows: () =>
        YEAR_2024.flatMap((day, at) => [
          ['DZD', day, 1],
          ['EUR', day, 144.25 + at / 8],
        ]),
    },
  ];
}
