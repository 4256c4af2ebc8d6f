/** What a file is, told by its first bytes, whatever its name says. */

/** Compressions that the readers undo themselves. */
export type Compression = 'gzip' | 'zstd';

/** A kind of file that the readers of text cannot read, and what to do about it. */
interface Refused {
  name: string;
  advice: string;
}

const decompress = (command: string) => `Decompress it first, for example with ${command}, or pass a stream of what it holds.`;
const convert = 'Write it as CSV, JSON lines or Parquet first';
const pickle = { name: 'a Python pickle', advice: `${convert}: pandas.read_pickle(path).to_parquet(...).` };
const stata = { name: 'a file of Stata (dta)', advice: `${convert}: pandas.read_stata(path).to_parquet(...).` };
const signatures: readonly (Refused & { bytes: string; at?: number | undefined })[] = [
  { bytes: 'BZh', name: 'bzip2', advice: decompress('bunzip2 -k') },
  { bytes: '\xfd7zXZ\0', name: 'xz', advice: decompress('unxz -k') },
  { bytes: '\x04\x22\x4d\x18', name: 'LZ4', advice: decompress('lz4 -d') },
  { bytes: '\xff\x06\0\0sNaPpY', name: 'framed Snappy', advice: decompress('snzip -d') },
  { bytes: '7z\xbc\xaf\x27\x1c', name: 'a 7z archive', advice: 'Unpack it first, for example with 7z x.' },
  { bytes: 'Rar!\x1a\x07', name: 'a rar archive', advice: 'Unpack it first, for example with unrar x.' },
  { bytes: 'ustar', at: 257, name: 'a tar archive', advice: 'Unpack it first with tar -xf.' },
  {
    bytes: 'PAR1',
    name: 'Parquet',
    advice: 'Read it with readParquet, or with readTable, which reads all formats; both need a path instead of a stream.',
  },
  { bytes: 'ARROW1', name: 'Feather (Arrow)', advice: `${convert}: pandas.read_feather(path).to_parquet(...).` },
  { bytes: 'FEA1', name: 'Feather', advice: `${convert}: pandas.read_feather(path).to_parquet(...).` },
  { bytes: '\xff\xff\xff\xff', name: 'an Arrow stream', advice: `${convert}, for example with pyarrow.` },
  { bytes: 'ORC', name: 'ORC', advice: `${convert}: pandas.read_orc(path).to_parquet(...).` },
  { bytes: 'Obj\x01', name: 'Avro', advice: `${convert}.` },
  { bytes: '\x89HDF\r\n\x1a\n', name: 'HDF5', advice: `${convert}: pandas.read_hdf(path).to_parquet(...).` },
  {
    bytes: 'SQLite format 3\0',
    name: 'a SQLite database',
    advice: 'Open it with a driver and pass the rows of a query to Interactions.from.',
  },
  { bytes: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', name: 'an old Excel workbook (xls)', advice: `${convert}.` },
  { bytes: '\x93NUMPY', name: 'a NumPy array (npy)', advice: `${convert}.` },
  { bytes: '\x1f\x9d', name: 'compress (.Z)', advice: decompress('uncompress') },
  { bytes: '\x5d\0\0', name: 'lzma', advice: decompress('unlzma -k') },
  { bytes: 'MATLAB 5.0 MAT-file', name: 'a MAT file', advice: `${convert}, for example with scipy.io.loadmat.` },
  { bytes: '$FL2', name: 'a file of SPSS (sav)', advice: `${convert}: pandas.read_spss(path).to_parquet(...).` },
  { bytes: '<stata_dta>', ...stata },
  { bytes: 'RDX2\n', name: 'a file of R (RData)', advice: `${convert}: write.csv(...) in R.` },
  { bytes: 'RDX3\n', name: 'a file of R (RData)', advice: `${convert}: write.csv(...) in R.` },
  { bytes: 'X\n\0\0\0', name: 'a file of R (rds)', advice: `${convert}: write.csv(...) in R.` },
  { bytes: '\x89PNG\r\n', name: 'a picture (png)', advice: 'Check the path.' },
  { bytes: '\xff\xd8\xff', name: 'a picture (jpeg)', advice: 'Check the path.' },
  ...['\x80\x02', '\x80\x03', '\x80\x04\x95', '\x80\x05\x95', ']q\0', ']q\x01', '}q\0', '}q\x01'].map((bytes) => ({ ...pickle, bytes })),
  ...['q', 'r', 's'].flatMap((version) => ['\x01', '\x02'].map((order) => ({ ...stata, bytes: `${version}${order}\x01\0` }))),
  { bytes: '%PDF-', name: 'PDF', advice: `${convert}.` },
  { bytes: 'PARE', name: 'encrypted Parquet', advice: 'Write it without encryption.' },
  { bytes: '\xc2\xea\x81\x60', at: 12, name: 'a file of SAS (sas7bdat)', advice: `${convert}: pandas.read_sas(path).to_parquet(...).` },
  {
    bytes: '%%MatrixMarket',
    name: 'a matrix (Matrix Market)',
    advice: `${convert}, for example with scipy.io.mmread: its rows and columns are users and items.`,
  },
];

/** What holds no table, by how it begins, letter by letter as Latin-1. */
const beginnings: readonly (Refused & { begins: RegExp })[] = [
  {
    begins: /^\s*(?:<!--[^>]*-->\s*)?<(?:!doctype\s+html|html|head|body)\b/i,
    name: 'a page (HTML), as servers send instead of a file that they do not give',
    advice: 'Open it in a browser to see what it says, and fetch the file again.',
  },
  { begins: /^(?:\((?:lp|dp)\d+\n|c(?:copy_reg|__builtin__|pandas|numpy|collections)[\w.]*\n)/, ...pickle }, // of protocol 0
  {
    begins: /^x(?:\x9c|\xda(?![\x80-\xbf]))/,
    name: 'zlib',
    advice: 'Decompress it first, or pass a stream of what it holds, such as one through createInflate() of node:zlib.',
  },
  { begins: /^(?:%.*\n|\s)*@relation\b/i, name: 'ARFF', advice: `${convert}, for example with scipy.io.arff.loadarff.` },
  {
    begins: /^\s*(?:<\?xml\b|<[a-z][\w:.-]*(?: [^<>]*)?>\s*<)/i,
    name: 'XML',
    advice: `${convert}: pandas.read_xml(path).to_parquet(...).`,
  },
  {
    begins: /^version https:\/\/git-lfs\.github\.com\//,
    name: 'a pointer of Git LFS, and not the file',
    advice: 'Fetch the file with git lfs pull.',
  },
];

/** The compression that a file begins with, or undefined. */
export function compressionOf(head: Buffer): Compression | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  const frame = head.length >= 4 ? head.readUInt32LE(0) : 0;
  return frame === 0xfd2fb528 || (frame >= 0x184d2a50 && frame <= 0x184d2a5f) ? 'zstd' : undefined;
}

/** The kind of a file that holds no text, or undefined. */
export function refusedKind(head: Buffer): Refused | undefined {
  if (['PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08'].some((bytes) => begins(head, bytes))) return zipKind(head);
  const text = head.toString('latin1', 0, 256).replace(/^\xef\xbb\xbf/, '');
  return (
    signatures.find(({ bytes, at }) => begins(head, bytes, at)) ?? beginnings.find(({ begins }) => begins.test(text)) ?? binaryKind(text)
  );
}

/** Numbers in binary have zeros side by side, of which a text has none, also in UTF-16, where every other byte may be one. */
function binaryKind(text: string): Refused | undefined {
  const zeros = text.split('\0\0').length - 1;
  return zeros * 10 > text.length
    ? { name: 'binary data of a kind that attune does not know', advice: `Check the path. ${convert}.` }
    : undefined;
}

export function isParquet(head: Buffer): boolean {
  return begins(head, 'PAR1');
}

function zipKind(head: Buffer): Refused {
  const text = head.toString('latin1', 0, 4096);
  if (/xl\/|\[Content_Types\]\.xml|_rels\//.test(text)) return { name: 'an Excel workbook (xlsx)', advice: 'Save the sheet as CSV first.' };
  if (text.includes('opendocument')) return { name: 'an OpenDocument sheet', advice: 'Save it as CSV first.' };
  return { name: 'a zip archive', advice: 'Unpack it first, for example with unzip, and pass the file inside.' };
}

function begins(head: Buffer, bytes: string, at = 0): boolean {
  return head.length >= at + bytes.length && head.toString('latin1', at, at + bytes.length) === bytes;
}
