import { outcomeTable, readOutcomes } from './world/outcomes.js';

/** Shows, when the suite is over, what its clones came to. */
export default function setup(): () => void {
  const since = new Date().toISOString();
  return () => {
    const outcomes = readOutcomes().filter(({ at }) => at >= since);
    if (outcomes.length > 0) process.stdout.write(`\n${outcomeTable(outcomes)}\n`);
  };
}
