import type { AnonymizationRule } from '../../contracts/anonymization.js';
import type { SchemaDefinition, TypeShape } from '../../contracts/schema.js';
import { checkRule } from './check-rule.js';
import { classifyName, wordsOf } from './classify-name.js';
import { classifySample, samplePaths, type Verdict } from './classify-sample.js';
import { type ColumnFacts, collectFacts, isTextLike } from './column-facts.js';
import type { ColumnSample } from './column-sample.js';
import { personalByName } from './personal-by-name.js';
import { draftsOfSupabase } from './supabase-auth.js';

/** What envclone would decide about a column, and why. */
export interface RuleProposal {
  rule: AnonymizationRule;
  /** `none`: the column may hold anything; a person has to say. */
  confidence: 'certain' | 'likely' | 'none';
  reason: string;
}

/** For each column that needs a decision, and those whose name alone says that they are personal. What a column cannot have is never proposed. */
export function proposeRules(schema: SchemaDefinition): RuleProposal[] {
  return [...collectFacts(schema).columns.values()].flatMap((facts) => {
    const needsDecision = isTextLike(facts.column.shape) || personalByName(facts);
    return needsDecision ? [proposeRule(facts)] : [];
  });
}

/** The first draft that the column can have; `keep` without confidence when there is none. */
export function proposeRule(facts: ColumnFacts, sample?: ColumnSample): RuleProposal {
  const [own, ...instead] = draftsOfSupabase(facts);
  const best = own ? withFound(own, samplePaths(sample)) : forArray(facts, draftOf(facts, sample));
  const others = covering(facts, best.confidence === 'none' ? 'none' : 'likely');
  const drafts = [
    best,
    ...instead,
    ...others.map((other) => ({ ...other, reason: `${best.reason}; ${other.reason}` })),
  ];
  const draft = drafts.find((candidate) => !checkRule(toRule(facts, candidate), facts, []));
  return toProposal(facts, draft ?? unknown('keep', 'no rule can mask this type'));
}

/** How a column is masked that nobody knows anything about, or undefined when only a person can say. */
export function proposeMask(facts: ColumnFacts, reason: string): AnonymizationRule | undefined {
  const draft = covering(facts, 'none').find((candidate) => !checkRule(toRule(facts, candidate), facts, []));
  return draft && { ...toRule(facts, draft), reason };
}

function withFound(draft: Verdict, found: ReturnType<typeof samplePaths>): Verdict {
  return draft.paths ? { ...draft, paths: { ...found, ...draft.paths } } : draft;
}

/** A constant is written for one value, not for an array of them. */
function forArray({ column: { shape } }: ColumnFacts, draft: Verdict): Verdict {
  return shape.kind === 'array' && draft.anonymizationType === 'constant'
    ? { ...draft, anonymizationType: 'empty' }
    : draft;
}

function draftOf(facts: ColumnFacts, sample: ColumnSample | undefined): Verdict {
  const { column } = facts;
  const personal = personalByName(facts);
  if (personal) return personal;
  const leaf = leafOf(column.shape);
  switch (leaf) {
    case 'json':
    case 'jsonb':
    case 'hstore':
      return draftOfDocument(leaf, column.name, samplePaths(sample));
    case 'composite':
      return likely('json', 'each text field is masked, by its name');
    case 'tsvector':
      return likely('empty', 'made of the words of other columns');
    case 'xml':
    case 'bytea':
      return likely('empty', `${leaf} can hold anything`);
    case 'inet':
      return likely('ip', 'an IP address');
    case 'cidr':
      return likely('ip', 'a network of IP addresses');
    case 'macaddr':
    case 'macaddr8':
      return likely('token', 'the number of a device');
    default:
      return (
        classifySample(draftByName(facts) ?? draftByComment(facts) ?? draftByLength(facts), sample) ??
        unknown('mask', 'its name does not say what it holds')
      );
  }
}

/** A country, a currency, a gender: too short to tell a person. */
function draftByLength({ column: { maxLength } }: ColumnFacts): Verdict | undefined {
  return maxLength !== undefined && maxLength <= CODE_LENGTH
    ? likely('keep', `a code of ${maxLength} characters`)
    : undefined;
}

const CODE_LENGTH = 3;

/** A scalar type's name, `composite`, or that of an array's elements. */
function leafOf(shape: TypeShape): string {
  if (shape.kind === 'array') return leafOf(shape.element);
  return shape.kind === 'scalar' ? shape.name : shape.kind;
}

/** By key, by what a sample found under it, and as sign-in libraries read their own metadata. */
function draftOfDocument(leaf: string, name: string, found: ReturnType<typeof samplePaths>): Verdict {
  const sampled = Object.keys(found).length > 0 ? ' or by what a sample found under it' : '';
  const paths: Verdict['paths'] = {
    ...found,
    ...(/app_meta/.test(name) && { provider: 'keep', providers: 'keep', role: 'keep', roles: 'keep' }),
  };
  return {
    ...likely('json', `${leaf}: every text in it is masked, by the name of its key${sampled}`),
    ...(Object.keys(paths).length > 0 && { paths }),
  };
}

const PEOPLE =
  /^(users?|profiles?|guests?|customers?|clients?|contacts?|employees?|owners?|tenants?|members?|persons?|people|participants?|staff|agents?|hosts?|voyageurs?|utilisateurs?|invites?|locataires?|proprietaires?|personnes?|employes?|partners?|travell?ers?|patients?|students?)$/;
const GUESTS = /^(guests?|invites?|voyageurs?|travell?ers?)$/;

function draftByName({ column, owner }: ColumnFacts): Verdict | undefined {
  const words = wordsOf(column.name);
  const tableWords = wordsOf(owner.name);
  const isOfGuests = [...words, ...tableWords].some((word) => GUESTS.test(word));
  if (/^(nom|name|names|noms)$/.test(words.join(' '))) {
    if (!tableWords.some((word) => PEOPLE.test(word))) return undefined;
    return {
      anonymizationType: isOfGuests ? 'guestName' : 'name',
      confidence: 'certain',
      reason: 'a name in a table of people',
    };
  }
  const found = classifyName(column.name);
  if (!found) return undefined;
  const reason = `named like ${found.what}`;
  if (found.type === 'constant' && !column.isNotNull)
    return { anonymizationType: 'null', confidence: found.confidence, reason };
  const type = isOfGuests ? (GUEST_TYPES[found.type] ?? found.type) : found.type;
  return {
    anonymizationType: type,
    confidence: found.confidence,
    reason,
    ...(found.value !== undefined && { value: found.value }),
  };
}

const GUEST_TYPES: Partial<Record<string, 'guestEmail' | 'guestName'>> = { email: 'guestEmail', name: 'guestName' };

function draftByComment({ column: { comment = '' } }: ColumnFacts): Verdict | undefined {
  if (/\b(not personal|non[- ]personal|no pii|non personnel(le)?s?)\b/i.test(comment))
    return likely('keep', 'its comment says that it is not personal');
  if (/\b(personal|pii|gdpr|rgpd|personnel(le)?s?|confidential|confidentiel(le)?)\b/i.test(comment))
    return likely('mask', 'its comment says that it is personal');
  return undefined;
}

/** Ways to mask anything, best first. */
function covering({ column: { shape } }: ColumnFacts, confidence: RuleProposal['confidence']): Verdict[] {
  const leaf = leafOf(shape);
  const types = ['json', 'jsonb', 'hstore', 'composite'].includes(leaf)
    ? (['json', 'null', 'empty'] as const)
    : (['mask', 'accountNumber', 'null', 'empty'] as const);
  return types.map((anonymizationType) => ({
    anonymizationType,
    confidence,
    reason: 'the rule that its type and keys allow',
  }));
}

function likely(anonymizationType: AnonymizationRule['anonymizationType'], reason: string): Verdict {
  return { anonymizationType, confidence: 'likely', reason };
}

function unknown(anonymizationType: AnonymizationRule['anonymizationType'], reason: string): Verdict {
  return { anonymizationType, confidence: 'none', reason };
}

function toProposal(facts: ColumnFacts, draft: Verdict): RuleProposal {
  return {
    rule: { ...toRule(facts, draft), reason: draft.reason },
    confidence: draft.confidence,
    reason: draft.reason,
  };
}

function toRule({ table, column }: ColumnFacts, { anonymizationType, value, paths }: Verdict): AnonymizationRule {
  return {
    tableName: table,
    columnName: column.name,
    anonymizationType,
    ...(value !== undefined && anonymizationType === 'constant' && { value }),
    ...(paths && anonymizationType === 'json' && { paths }),
  };
}
