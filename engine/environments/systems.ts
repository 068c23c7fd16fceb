/** What belongs to a system when the configuration does not say: the names these systems mostly have. */
export const DEFAULT_SYSTEMS: Record<string, string[]> = {
  audit: ['audit.*', 'public.audit_*'],
  conversations: ['public.conversations', 'public.conversation_*', 'public.messages', 'public.message_*'],
  reservations: ['public.reservations', 'public.reservation_*', 'public.bookings', 'public.booking_*'],
  notifications: ['public.notifications', 'public.notification_*'],
};
