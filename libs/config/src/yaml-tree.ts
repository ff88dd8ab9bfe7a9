import {
  LineCounter,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Alias,
  type Document,
  type ParsedNode,
  type YAMLMap,
} from 'yaml';
import { ConfigError } from './config-error.js';
import type { Located, LocatedEntry, LocatedMap, Place } from './located.js';
import type { Report } from './report.js';

const MAX_BYTES = 10 * 1024 * 1024;
const MAX_DEPTH = 64;
/** The first few: most of the others follow from them. */
const MAX_SYNTAX_ERRORS = 10;
/** Of brackets, wherever they stand: those within strings are mostly balanced. */
const MAX_OPEN_BRACKETS = 500;
/** Nodes that aliases may add: enough for any shared block, too few for an exponential one. */
const MAX_ALIASED_NODES = 100_000;

/** Parses a YAML text; syntax errors are thrown at once, since nothing after them means anything. */
export function parseYaml(text: string, file: string, report: Report): LocatedMap {
  if (Buffer.byteLength(text) > MAX_BYTES) throw new ConfigError([`${file} is larger than 10 MB`]);
  if (nestsTooDeeply(text)) throw new ConfigError([`${file} is nested too deeply`]);
  const lines = new LineCounter();
  const document = parse(text, file, lines);
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors
        .slice(0, MAX_SYNTAX_ERRORS)
        .map(({ pos, message }) => `${file} (line ${lines.linePos(pos[0]).line}): ${firstLine(message)}`),
    );
  }
  const tree = new TreeBuilder((offset) => ({ file, line: lines.linePos(offset).line }), report);
  const root = document.contents === null ? null : tree.build(document.contents as ParsedNode, 0);
  if (root === null || (root.kind === 'scalar' && root.value === null)) {
    return { kind: 'map', place: { file, line: 1 }, entries: new Map() };
  }
  if (root.kind !== 'map') throw new ConfigError([`${file} (line 1): expected a mapping of sections`]);
  return root;
}

/** The library recurses, and what is left of the stack decides how a much nested text ends: sometimes by killing Node. */
function nestsTooDeeply(text: string): boolean {
  let open = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    open = bracket === '[' || bracket === '{' ? open + 1 : Math.max(0, open - 1);
    if (open > MAX_OPEN_BRACKETS) return true;
  }
  return /(?:[-?] +){200}/.test(text) || /^ {1000}/m.test(text);
}

// The library's messages carry an excerpt of the file, which may hold a secret.
const firstLine = (message: string): string =>
  message.startsWith('Maximum call stack')
    ? 'nested too deeply'
    : (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');

function parse(text: string, file: string, lineCounter: LineCounter): Document {
  try {
    // Duplicate keys are a warning of ours: YAML readers that LiteLLM's users come from let the last one count.
    return parseDocument(text, { lineCounter, uniqueKeys: false, prettyErrors: true, logLevel: 'error' });
  } catch (cause) {
    if (cause instanceof RangeError) throw new ConfigError([`${file} is nested too deeply`]);
    throw cause;
  }
}

class TreeBuilder {
  /** NOTE the library's own look-up walks the whole document for each alias. */
  private readonly anchors = new Map<string, ParsedNode>();
  private aliasedNodes = 0;
  private aliasDepth = 0;

  constructor(
    private readonly placeAt: (offset: number) => Place,
    private readonly report: Report,
  ) {}

  build(node: ParsedNode, depth: number): Located {
    const place = this.placeOf(node);
    if (this.aliasDepth === 0 && !isAlias(node) && node.anchor !== undefined) {
      this.anchors.set(node.anchor, node);
    }
    if (depth > MAX_DEPTH) throw this.refusal(place, 'nested too deeply');
    if (this.aliasDepth > 0 && (this.aliasedNodes += 1) > MAX_ALIASED_NODES) {
      throw this.refusal(place, 'aliases expand to too much');
    }
    if (isAlias(node)) return this.buildAlias(node, depth);
    if (isMap(node)) return { kind: 'map', place, entries: this.entriesOf(node, depth) };
    if (isSeq(node)) {
      const items = node.items.map((item) => this.build(item, depth + 1));
      return { kind: 'list', place, items };
    }
    const { value, source } = node;
    const plain = typeof value === 'number' || typeof value === 'boolean' || value === null;
    return { kind: 'scalar', place, value: plain ? value : source, source };
  }

  private buildAlias(node: Alias, depth: number): Located {
    const target = this.anchors.get(node.source);
    if (target === undefined) throw this.refusal(this.placeOf(node), 'unresolved alias');
    this.aliasDepth += 1;
    const built = this.build(target, depth + 1);
    this.aliasDepth -= 1;
    return built;
  }

  /** A `<<` key brings in the entries of the mapping (or mappings) it holds, under those of this mapping. */
  private entriesOf(map: YAMLMap, depth: number): Map<string, LocatedEntry> {
    const own = new Map<string, LocatedEntry>();
    const merged = new Map<string, LocatedEntry>();
    for (const pair of map.items) {
      const keyNode = pair.key as ParsedNode | null;
      const place = keyNode === null ? this.placeOf(map) : this.placeOf(keyNode);
      if (!isScalar(keyNode)) throw this.refusal(place, 'a key must be a plain word');
      const key = keyNode.source;
      const value = this.valueOf(pair.value as ParsedNode | null, place, depth);
      if (key === '<<') {
        for (const [name, entry] of mergedEntries(value)) if (!merged.has(name)) merged.set(name, entry);
        continue;
      }
      if (own.has(key)) this.report.warning(key, place, 'is given twice; the last one counts');
      own.set(key, { place, value });
    }
    return new Map([...merged, ...own]);
  }

  private valueOf(node: ParsedNode | null, place: Place, depth: number): Located {
    return node === null ? { kind: 'scalar', place, value: null, source: '' } : this.build(node, depth + 1);
  }

  private placeOf(node: { range?: readonly number[] | null }): Place {
    return this.placeAt(node.range?.[0] ?? 0);
  }

  private refusal({ file, line }: Place, text: string): ConfigError {
    return new ConfigError([`${file} (line ${line}): ${text}`]);
  }
}

function mergedEntries(value: Located): [string, LocatedEntry][] {
  if (value.kind === 'map') return [...value.entries];
  return value.kind === 'list' ? value.items.flatMap(mergedEntries) : [];
}
