import type { Facts } from './facts.js';
import { moment } from './facts.js';
import { uuid } from './identifiers.js';
import { TOPICS } from './people.js';
import type { TableRows } from './table-rows.js';

/** Who can sign in, their files, and the calls that webhooks made. */
export function platformTables(facts: Facts): TableRows[] {
  const { seed, sizes } = facts;
  return [
    {
      table: 'auth.users',
      columns: `
        id, email, phone, encrypted_password, email_confirmed_at, phone_confirmed_at, last_sign_in_at,
        raw_app_meta_data, raw_user_meta_data, created_at`,
      *rows() {
        for (let row = 0; row < sizes.profiles; row++) {
          const { fullName, email, phone, draw } = facts.profile(row);
          yield [
            facts.profileId(row),
            email,
            phone,
            `$2a$10$${uuid(seed, TOPICS.other, row).replaceAll('-', '')}abcdefghijklmnopqrstu`,
            moment(draw),
            draw.chance(0.5) ? moment(draw) : null,
            draw.chance(0.9) ? moment(draw) : null,
            '{"provider":"email","providers":["email"]}',
            JSON.stringify({
              full_name: fullName,
              email,
              phone,
              email_verified: true,
              locale: draw.pick(['fr', 'ar']),
            }),
            moment(draw),
          ];
        }
      },
    },
    {
      table: 'auth.identities',
      columns: 'id, provider_id, user_id, identity_data, provider, created_at',
      *rows() {
        for (let row = 0; row < sizes.profiles; row++) {
          const { email, fullName, draw } = facts.profile(row);
          const id = facts.profileId(row);
          const data = JSON.stringify({ sub: id, email, name: fullName, phone_verified: false });
          yield [uuid(seed, TOPICS.loft, row), id, id, data, 'email', moment(draw)];
        }
      },
    },
    {
      table: 'storage.buckets',
      columns: 'id, name, public, allowed_mime_types',
      rows: () => [
        ['avatars', 'avatars', true, '{image/png,image/jpeg}'],
        ['documents', 'documents', false, null],
        ['lofts', 'lofts', true, '{image/*}'],
      ],
    },
    {
      table: 'storage.objects',
      columns: 'id, bucket_id, name, owner, metadata, created_at',
      *rows() {
        for (let row = 0; row < sizes.few * 2; row++) {
          const owner = row % sizes.profiles;
          const { lastName, draw } = facts.profile(owner);
          const [bucket, name] = row % 2 ? ['documents', `passeport ${lastName}.pdf`] : ['avatars', 'photo.png'];
          const metadata = JSON.stringify({
            size: draw.between(900, 900_000),
            mimetype: row % 2 ? 'application/pdf' : 'image/png',
          });
          const id = facts.profileId(owner);
          yield [uuid(seed, TOPICS.message, row), bucket, `${id}/${row}/${name}`, id, metadata, moment(draw)];
        }
      },
    },
    {
      table: 'net.calls',
      columns: 'id, url, body, called_at',
      *rows() {
        for (let row = 0; row < Math.ceil(sizes.few / 2); row++) {
          const { id, guest, checkIn, draw } = facts.reservation(row);
          const { fullName, email } = facts.guest(guest);
          const body = { event: 'insert', reservation: { id, check_in: checkIn, guest: { name: fullName, email } } };
          yield [row + 1, 'https://hooks.loft-algerie.example/reservations', JSON.stringify(body), moment(draw)];
        }
      },
    },
  ];
}
