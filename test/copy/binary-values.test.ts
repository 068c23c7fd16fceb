import { expect, test } from 'vitest';
import { binaryValuesOf } from '../../engine/copy/binary-values.js';
import { ByteBuffer } from '../../engine/postgres/byte-buffer.js';
import { createDatabase } from '../support/databases.js';

/** By type: values that its two forms could get wrong, and an expression over `i` that makes many. */
const VALUES: Record<string, { hostile: string[]; many: string }> = {
  date: {
    hostile: ['infinity', '-infinity', '4713-01-01 BC', '0001-12-31 BC', '0001-01-01', '2000-02-29', '5874897-12-31'],
    many: `date '2000-01-01' + (i * 7919) % 2000000 - 700000`,
  },
  timestamp: {
    hostile: ['infinity', '-infinity', '4713-01-01 00:00:00 BC', '1999-12-31 23:59:59.999999', '294276-12-31 23:59:59'],
    many: `timestamp '2000-01-01' + (i * 1234567.890123 - 5e9) * interval '1 second'`,
  },
  timestamptz: {
    hostile: [
      'infinity',
      '-infinity',
      '0044-03-15 12:00:00+00 BC',
      '1969-12-31 23:59:59.5+00',
      '294276-12-31 23:59:59+00',
    ],
    many: `timestamptz '2000-01-01 00:00:00+00' + (i * 1234567.000001 - 5e9) * interval '1 second'`,
  },
  inet: {
    hostile: [
      '0.0.0.0',
      '192.168.0.1/24',
      '::',
      '::1',
      '::2',
      '::ffff:1.2.3.4',
      '::1.2.3.4',
      '1::',
      '1:0:0:2::3',
      '2001:db8::1/64',
      'fe80:0:1::1',
      '0:0:0:0:0:ffff:0:1',
    ],
    many: `(case when i % 2 = 0 then '' else 'fe80:0:0:' || to_hex(i % 7) || ':0:' || to_hex(i) || '::' end
            || case when i % 2 = 0 then (i % 256) || '.' || (i * 7 % 256) || '.0.1' else to_hex(i % 3) end)`,
  },
  cidr: {
    hostile: ['10.0.0.0/8', '1.2.3.4/32', '::/0', '2001:db8::/32', '::ffff:0.0.0.0/96'],
    many: `'10.' || i % 256 || '.0.0/16'`,
  },
  uuid: { hostile: ['00000000-0000-0000-0000-000000000000'], many: `md5(i::text)` },
};

test.each(Object.entries(VALUES))(
  '%s means the same in its binary form and as text',
  async (type, { hostile, many }) => {
    await using database = await createDatabase({ major: 17 });
    await database.run(`set timezone = 'UTC'`);
    const { rows } = await database.run(`
    select format('%s', value) as text, encode(${type}_send(value), 'hex') as hex
      from (select unnest(array['${hostile.join("','")}'])::${type} as value
            union all
            select (${many})::${type} from generate_series(1, 2000) i) made`);
    const values = binaryValuesOf(type);
    const wrong: unknown[] = [];
    for (const { text, hex } of rows) {
      const bytes = Buffer.from(hex, 'hex');
      const out = new ByteBuffer(16);
      values?.encode(text, out);
      const read = values?.decode(bytes, 0, bytes.length);
      const written = out.written().toString('hex');
      if (read !== text || written !== hex) wrong.push({ text, hex, read, written });
    }
    expect(rows).toHaveLength(hostile.length + 2000);
    expect(wrong.slice(0, 5)).toEqual([]);
  },
);
