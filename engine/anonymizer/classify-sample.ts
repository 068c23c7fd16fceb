import type { AnonymizationRule, AnonymizationType } from '../../contracts/anonymization.js';
import { classifyName } from './classify-name.js';
import type { ColumnSample } from './column-sample.js';
import { DETECTORS, type Detector } from './detectors.js';
import { GENERATORS } from './generators/index.js';

/** What becomes of a column, how sure that is, and why: a reason for people. */
export interface Verdict extends Pick<AnonymizationRule, 'anonymizationType' | 'value' | 'paths'> {
  confidence: 'certain' | 'likely' | 'none';
  reason: string;
}

/**
 * What name, comment and length say of a column (`named`), and what its values do. Values that are personal win over a name that sounds
 * harmless, and those that are certain over any name. Where only some are personal, a person has to look.
 */
export function classifySample(named: Verdict | undefined, sample: ColumnSample | undefined): Verdict | undefined {
  if (!sample || sample.values === 0) return named;
  const verdict = weigh(named, sample) ?? enumLike(sample);
  const outlier = DETECTORS.find(
    ({ name, confidence, isPersonal }) => confidence === 'certain' && isPersonal && sample.hits.has(name),
  );
  const isKept = !verdict || verdict.anonymizationType === 'keep';
  if (!isKept || !outlier) return verdict;
  const reason = `${shareOf(outlier, sample)}, the others are not`;
  return { anonymizationType: 'mask', confidence: 'none', reason };
}

function weigh(named: Verdict | undefined, sample: ColumnSample): Verdict | undefined {
  const found = commonest(sample);
  if (!found) return named;
  const { isPersonal, confidence } = found.detector;
  const verdict = verdictOf(found, sample);
  if (!named) return verdict;
  if (generalOf(named.anonymizationType) === verdict.anonymizationType) return both(named, verdict);
  const isStronger = isPersonal && (named.anonymizationType === 'keep' || confidence === 'certain');
  return isStronger ? verdict : named;
}

/** Generators for the texts of a json column whose keys say nothing of what they hold, or something else. */
export function samplePaths(sample: ColumnSample | undefined): NonNullable<AnonymizationRule['paths']> {
  const paths: NonNullable<AnonymizationRule['paths']> = {};
  for (const [path, leaf] of sample?.leaves ?? []) {
    const named = classifyName(path.split('.').at(-1) ?? '');
    const byName: Verdict | undefined = named && { ...named, anonymizationType: named.type, reason: named.what };
    const type = classifySample(byName, leaf)?.anonymizationType ?? 'mask';
    if (!['keep', 'mask', named?.type].includes(type)) paths[path] = type;
  }
  return paths;
}

/** What the guests' own types are forms of. */
function generalOf(type: AnonymizationType): AnonymizationType {
  if (type === 'guestEmail') return 'email';
  return type === 'guestName' || type === 'fullName' ? 'name' : type;
}

interface Found {
  detector: Detector;
  count: number;
}

/** Fewer values than these say nothing. */
const FEWEST_VALUES = 3;

/** What at least half of the values are. */
function commonest({ values, hits }: ColumnSample): Found | undefined {
  if (values < FEWEST_VALUES) return undefined;
  for (const detector of DETECTORS) {
    const count = hits.get(detector.name) ?? 0;
    if (count * 2 >= values) return { detector, count };
  }
  return undefined;
}

/** A few outliers leave it certain. */
const CERTAIN_SHARE = 0.9;

function verdictOf({ detector, count }: Found, sample: ColumnSample): Verdict {
  const isCertain = detector.confidence === 'certain' && count >= sample.values * CERTAIN_SHARE;
  const confidence = isCertain ? 'certain' : 'likely';
  return { anonymizationType: maskOf(detector), confidence, reason: shareOf(detector, sample) };
}

/** Name and values agree. */
function both(named: Verdict, { confidence, reason }: Verdict): Verdict {
  const isCertain = named.confidence === 'certain' || confidence === 'certain';
  return { ...named, confidence: isCertain ? 'certain' : 'likely', reason: `${named.reason}; ${reason}` };
}

function shareOf({ name, what }: Detector, { values, hits }: ColumnSample): string {
  return `${hits.get(name) ?? 0} of ${values} sampled values are ${what}`;
}

function maskOf({ masks }: Detector): AnonymizationType {
  return masks.find(isAvailable) ?? 'mask';
}

function isAvailable(type: string): type is AnonymizationType {
  return type === 'keep' || Object.hasOwn(GENERATORS, type);
}

const MOST_CODES = 20;
const FEWEST_ROWS = 200;

/** The words of a list: a few, again and again, and none that is written like a name. */
function enumLike({ values, distinct, codes, hits }: ColumnSample): Verdict | undefined {
  if (values < FEWEST_ROWS || distinct > MOST_CODES || codes < values || hits.size > 0) return undefined;
  const reason = `${distinct} different codes in ${values} sampled values`;
  return { anonymizationType: 'keep', confidence: 'likely', reason };
}
