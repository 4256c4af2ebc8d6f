/** Text as a shop page shows it: entities decoded, tags gone, blanks in order. Unclosed tags, as in broken scrapes, go as well. */
export function plainText(value: unknown): string {
  if (typeof value !== 'string') return typeof value === 'number' ? String(value) : '';
  if (!/[<&\t\n\v\f\r\u00a0-\uffff]|^ | $| {2}/.test(value)) return value; // nothing to do, nearly always
  const withoutTags = value
    .replace(/<(script|style)\b[\s\S]*?(<\/\1\s*>|$)/gi, ' ')
    .replace(/<!--[\s\S]*?(-->|$)/g, ' ')
    .replace(/<\/?[a-z][^<>]*(>|$)/gi, ' ');
  return decodeEntities(withoutTags).replace(/\s+/g, ' ').trim();
}

/** Whether it is left of a page's code and not meant for readers. */
export const looksLikeCode = (text: string) =>
  /^\s*(var |function\b|\.[a-z-]+\s*\{|#[a-z-]+\s*\{|\{|@media)|\{[^}]*:[^}]*;|getTime\(\)/i.test(text);

/** Named and numbered entities, also when encoded twice (`&amp;amp;`), as old metadata has them. */
export function decodeEntities(text: string): string {
  let decoded = text;
  for (let round = 0; round < 2 && decoded.includes('&'); round++) {
    decoded = decoded.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8}\d?);/gi, (entity, name: string) => {
      if (name[0] !== '#') return entities[name] ?? entities[name.toLowerCase()] ?? entity;
      const code = name[1] === 'x' || name[1] === 'X' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
      return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : '';
    });
  }
  return decoded;
}

const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  reg: '®',
  copy: '©',
  trade: '™',
  deg: '°',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  bull: '•',
  middot: '·',
  frac12: '½',
  frac14: '¼',
  frac34: '¾',
  times: '×',
  plusmn: '±',
  eacute: 'é',
  Eacute: 'É',
  egrave: 'è',
  agrave: 'à',
  aacute: 'á',
  acirc: 'â',
  ccedil: 'ç',
  ecirc: 'ê',
  iacute: 'í',
  ntilde: 'ñ',
  oacute: 'ó',
  ouml: 'ö',
  Ouml: 'Ö',
  auml: 'ä',
  Auml: 'Ä',
  uuml: 'ü',
  Uuml: 'Ü',
  szlig: 'ß',
  aring: 'å',
  oslash: 'ø',
  euro: '€',
  pound: '£',
  yen: '¥',
  cent: '¢',
  micro: 'µ',
  sup2: '²',
  sup3: '³',
  rarr: '→',
  larr: '←',
  check: '✓',
  zwj: '',
  rlm: '',
  lrm: '',
  shy: '',
};

/** A list of texts out of an array, nested arrays, JSON or Python text of one, or one text. Empty ones are dropped. */
export function textList(value: unknown): string[] {
  const list = Array.isArray(value) ? value.flat(3) : [parsedText(value)].flat(3);
  return list.map((entry) => plainText(entry)).filter((text) => text !== '' && text !== 'None' && !looksLikeCode(text));
}

/** Text that holds JSON, or what Python prints for a list or dict, becomes that value; other text stays as it is. */
export function parsedText(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return parsePython(value) ?? value;
  }
}

/** Reads a Python literal, as the metadata of 2014 has them; undefined if it is not one. */
export function parsePython(text: string): unknown {
  const tokens =
    /\s*(?:([[\]{}():,])|u?'((?:[^'\\]|\\[\s\S])*)'|u?"((?:[^"\\]|\\[\s\S])*)"|(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)|(True|False|None|null|true|false|nan))/gy;
  let json = '';
  let end = 0;
  for (let token = tokens.exec(text); token; token = tokens.exec(text)) {
    const [, sign, single, double, number, word] = token;
    end = tokens.lastIndex;
    if (sign) json += sign === '(' ? '[' : sign === ')' ? ']' : sign;
    else if (number !== undefined) json += number;
    else if (word !== undefined) json += /^(None|null|nan)$/.test(word) ? 'null' : word.toLowerCase();
    else json += JSON.stringify(unescapePython(single ?? double ?? ''));
  }
  if (text.slice(end).trim() !== '') return undefined;
  try {
    return JSON.parse(json.replace(/,([\]}])/g, '$1'));
  } catch {
    return undefined;
  }
}

const unescapePython = (text: string) =>
  text.replace(/\\(x[0-9a-f]{2}|u[0-9a-f]{4}|[\s\S])/gi, (_, code: string) => {
    if (code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return { n: '\n', r: '\r', t: '\t' }[code] ?? code;
  });
