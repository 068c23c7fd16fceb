import { randomUUID } from 'node:crypto';
import type { TestSession } from '../../../contracts/test-suites.js';

/** A new person with an account. */
export async function addProfile(session: TestSession): Promise<string> {
  const id = randomUUID();
  const email = `suite-${id}@test.local`;
  await session.query('insert into auth.users (id, email) values ($1, $2)', [id, email]);
  await session.query(`insert into public.profiles (id, email, full_name) values ($1, $2, 'Suite Test')`, [id, email]);
  return id;
}

/** Continues the transaction as a signed-in user, subject to policies and privileges. */
export async function becomeUser(session: TestSession, id: string): Promise<void> {
  await session.query('set local role authenticated');
  await session.query(`select set_config('request.jwt.claim.sub', $1, true)`, [id]);
}

/** A conversation between two people; the first one wrote the only message. */
export async function addConversation(session: TestSession, [sender, other]: [string, string]): Promise<string> {
  const id = randomUUID();
  await session.query(`insert into public.conversations (id, subject, created_by) values ($1, 'suite', $2)`, [
    id,
    sender,
  ]);
  await session.query(
    'insert into public.conversation_participants (conversation_id, profile_id) values ($1, $2), ($1, $3)',
    [id, sender, other],
  );
  await session.query(
    `insert into public.messages (conversation_id, message_no, sender_id, body) values ($1, 1, $2, 'suite')`,
    [id, sender],
  );
  return id;
}

/** A loft and somebody who can book it. */
export async function addLoftAndGuest(session: TestSession): Promise<{ loft: string; guest: string }> {
  const owner = await addProfile(session);
  const loft = await session.one<{ id: string }>(
    `insert into public.lofts (owner_id, name, slug, price_per_night) values ($1, 'Suite', $2, 1) returning id`,
    [owner, `suite-${owner}`],
  );
  const guest = await session.one<{ id: string }>(
    `insert into public.guests (full_name) values ('Suite') returning id`,
  );
  return { loft: loft.id, guest: guest.id };
}

export const INSERT_RESERVATION = `
  insert into public.reservations (loft_id, guest_id, check_in, check_out, status, total)
  values ($1, $2, $3, $4, $5, 100) returning id, nights`;
