import { type Facts, moment } from './facts.js';
import { iban, picture } from './identifiers.js';
import { TOPICS } from './people.js';
import type { TableRows } from './table-rows.js';

/** Stays, of which no two in one loft meet. */
export function reservationTable(facts: Facts): TableRows {
  const { sizes } = facts;
  return {
    table: 'public.reservations',
    columns: `
      id, loft_id, guest_id, booked_by, check_in, check_out, status, currency, total, deposit_payment_id,
      guest_note, details, created_at, updated_at`,
    *rows() {
      for (let row = 0; row < sizes.reservations; row++) {
        const { draw, ...stay } = facts.reservation(row);
        const { fullName, phone } = facts.guest(stay.guest);
        yield [
          stay.id,
          facts.loftId(stay.loft),
          facts.guestId(stay.guest),
          draw.chance(0.9) ? facts.profileId(stay.bookedBy) : null,
          stay.checkIn,
          stay.checkOut,
          stay.status,
          stay.currency,
          stay.total,
          row < sizes.payments && facts.paymentOf(row).reservation === row && row % 2 === 0
            ? facts.paymentId(row)
            : null,
          row % 6 === 0 ? `Merci de rappeler ${fullName} au ${phone} ; 2 lits` : null,
          JSON.stringify({
            adults: draw.between(1, 5),
            children: draw.below(3),
            source: draw.pick(['web', 'téléphone']),
          }),
          moment(draw),
          moment(draw),
        ];
      }
    },
  };
}

/** One or two payments of some reservations, each in its reservation's currency. */
export function paymentTable(facts: Facts): TableRows {
  const { sizes } = facts;
  return {
    table: 'public.payments',
    columns: `
      id, currency, reservation_id, installment, amount, method, payer_name, account_number, iban, receipt,
      gateway_response, paid_at`,
    *rows() {
      for (let row = 0; row < sizes.payments; row++) {
        const draw = facts.draw(TOPICS.payment, row);
        const { reservation, installment } = facts.paymentOf(row);
        const { currency, guest, id } = facts.reservation(reservation);
        const payer = facts.guest(guest);
        const account = draw.digits(currency === 'DZD' ? 20 : 23);
        yield [
          facts.paymentId(row),
          currency,
          id,
          installment,
          `${currency === 'DZD' ? draw.between(2_000, 250_000) : draw.between(15, 1_900)}.${draw.digits(2)}`,
          draw.pick(['card', 'transfer', 'cash', 'CCP']),
          payer.fullName,
          account,
          iban(currency === 'DZD' ? 'DZ' : 'FR', account),
          row % 20 === 0 ? picture(draw, 128) : null,
          row % 3 === 0 ? JSON.stringify({ status: 'ok', payer: { email: payer.email, name: payer.fullName } }) : null,
          moment(draw),
        ];
      }
    },
  };
}
