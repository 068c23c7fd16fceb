/** One value's masker, as containers call it for their elements. */
type Leaf = (value: string) => string | null;

/** Rewrites the elements of an array's text form (`{a,"b c",NULL}`, nested, `[0:1]={…}`). NULL elements stay. */
export function mapArray(text: string, delimiter: string, mapElement: Leaf): string {
  const dimensions = /^[^{]*=/.exec(text)?.[0] ?? '';
  let result = dimensions;
  let at = dimensions.length;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '{' || character === '}' || character === delimiter) {
      result += character;
      at++;
    } else if (character === '"') {
      const { value, end } = readQuoted(text, at);
      result += quoteElement(mapElement(value), delimiter);
      at = end;
    } else {
      const { value, end, isEscaped } = readBare(text, at, (next) => next === delimiter || next === '}');
      result += !isEscaped && /^null$/i.test(value) ? value : quoteElement(mapElement(value), delimiter);
      at = end;
    }
  }
  return result;
}

/** Rewrites the fields of a composite's text form (`(a,"b ""c""",)`); a field without a masker passes. Absent fields are NULL and stay. */
export function mapComposite(text: string, mapFields: readonly (Leaf | undefined)[]): string {
  const fields: string[] = [];
  let at = 1;
  for (let index = 0; at < text.length; index++) {
    let raw = '';
    let value = '';
    while (at < text.length && text[at] !== ',' && text[at] !== ')') {
      const start = at;
      const part =
        text[at] === '"'
          ? readQuoted(text, at)
          : readBare(text, at, (next) => next === ',' || next === ')' || next === '"');
      value += part.value;
      at = part.end;
      raw += text.slice(start, at);
    }
    const mapField = mapFields[index];
    fields.push(raw === '' || !mapField ? raw : quoteField(mapField(value)));
    at++;
  }
  return `(${fields.join(',')})`;
}

interface Part {
  value: string;
  /** Index behind the part. */
  end: number;
}

/** A quoted part: `\x` stands for x, and inside composites `""` for one quote. */
function readQuoted(text: string, start: number): Part {
  let value = '';
  let at = start + 1;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '\\') {
      value += text.charAt(at + 1);
      at += 2;
    } else if (character !== '"') {
      value += character;
      at++;
    } else if (text[at + 1] === '"') {
      value += '"';
      at += 2;
    } else {
      break;
    }
  }
  return { value, end: at + 1 };
}

function readBare(text: string, start: number, isEnd: (character: string) => boolean): Part & { isEscaped: boolean } {
  let value = '';
  let at = start;
  let isEscaped = false;
  while (at < text.length && !isEnd(text.charAt(at))) {
    if (text[at] === '\\') {
      isEscaped = true;
      at++;
    }
    value += text.charAt(at++);
  }
  return { value, end: at, isEscaped };
}

function quoteElement(value: string | null, delimiter: string): string {
  if (value === null) return 'NULL';
  const needsQuotes = value === '' || /^null$/i.test(value) || /[\s{}"\\]/.test(value) || value.includes(delimiter);
  return needsQuotes ? `"${value.replace(/["\\]/g, '\\$&')}"` : value;
}

function quoteField(value: string | null): string {
  if (value === null) return '';
  return value === '' || /[\s(),"\\]/.test(value) ? `"${value.replace(/["\\]/g, '$&$&')}"` : value;
}
