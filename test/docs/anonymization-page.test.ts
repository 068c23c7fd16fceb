import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ANONYMIZATION_TYPES, type AnonymizationType } from '../../contracts/anonymization.js';
import { GENERATORS } from '../../engine/anonymizer/generators/index.js';
import { KEY, maskerOf, scalar } from '../anonymizer/builders.js';

const page = await readFile('docs/anonymization.md', 'utf8');
const rows = [...page.matchAll(/^\| `(\w+)` +\| (.+?) +\| (.+?) +\| (yes|no|never) +\| `(.+?)` → `(.+?)` +\|$/gm)];

test('the page has every generator once', () => {
  const generators = ANONYMIZATION_TYPES.filter((type) => GENERATORS[type]);
  expect(rows.map(([, type]) => type).sort()).toEqual([...generators].sort());
  expect(page).toContain(Buffer.from(KEY).toString('base64'));
});

test.each(rows.map(([, ...cells]) => cells))(
  '%s is as the page says',
  (name = '', describe, types, unique, value = '', masked) => {
    const type = name as AnonymizationType;
    const generator = GENERATORS[type];
    const place = generator?.types.includes('text') ? 'text' : (generator?.types[0] ?? '');
    expect(describe).toBe(generator?.describe);
    expect(types).toBe(generator?.types.join(', ').replace('text, varchar, bpchar, citext, name', 'text'));
    expect(unique).toBe(generator?.uniqueLength === Infinity ? 'never' : generator?.injective ? 'yes' : 'no');
    expect(maskerOf(type, { shape: scalar(place), domain: generator?.family ?? '' })(value)).toBe(masked);
  },
);

const formats = [...page.matchAll(/^\| `(\w+)` +\| [^|]+ \| `(.+?)` → `(.+?)` +\|$/gm)];

test('the page has every generator that preserveFormat changes', () => {
  expect(formats.map(([, type]) => type)).toEqual([
    'email',
    'guestEmail',
    'name',
    'firstName',
    'lastName',
    'phone',
    'address',
  ]);
});

test.each(formats.map(([, ...cells]) => cells))(
  '%s with preserveFormat makes of %s what the page says',
  (name = '', value = '', masked) => {
    const type = name as AnonymizationType;
    const domain = GENERATORS[type]?.family ?? '';
    expect(maskerOf(type, { domain, preserveFormat: true })(value)).toBe(masked);
  },
);
