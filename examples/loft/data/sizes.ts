/** Rows of each table that others refer to. */
export interface Sizes {
  profiles: number;
  lofts: number;
  guests: number;
  reservations: number;
  payments: number;
  conversations: number;
  messages: number;
  notifications: number;
  auditLogs: number;
  pageViews: number;
  assets: number;
  /** Each of the tables that are there for their oddity. */
  few: number;
}

/** Scale 1 makes about 10,000 rows, 100 about a million. */
export function sizesAt(scale: number): Sizes {
  const rows = (atScaleOne: number, fewest = 3) => Math.max(fewest, Math.round(atScaleOne * scale));
  return {
    profiles: rows(600, 24),
    lofts: rows(200, 8),
    guests: rows(800),
    reservations: rows(1_200, 48),
    payments: rows(1_100, 44),
    conversations: rows(300),
    messages: rows(1_700, 18),
    notifications: rows(500),
    auditLogs: rows(800),
    pageViews: rows(200),
    assets: rows(300),
    few: rows(80),
  };
}
