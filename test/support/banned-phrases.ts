/** One phrase to avoid, with what to write and examples that hold the expression to its purpose. */
export interface BannedPhrase {
  readonly pattern: RegExp;
  readonly instead: string;
  /** Each of these is found. */
  readonly bad: readonly string[];
  /** None of these is: ordinary English that is close to it. */
  readonly good: readonly string[];
}

/** Where a text uses a banned phrase. */
export interface Finding {
  readonly line: number;
  readonly phrase: string;
  readonly instead: string;
}

/** Blanks in the expression stand for any white space, since comments and Markdown wrap. */
function phrase(
  expression: string,
  instead: string,
  bad: readonly string[],
  good: readonly string[],
): BannedPhrase {
  return { pattern: new RegExp(expression.replaceAll(' ', String.raw`\s+`), 'giu'), instead, bad, good };
}

const { raw } = String;

export const BANNED_PHRASES: readonly BannedPhrase[] = [
  phrase(
    raw`\b(?:go|goes|going|gone|went) on(?: (?:with|from|after|until|till|where|without|as|in)\b|(?<!(?:is|what’s|what's) going on)(?=[.,;:)]))`,
    'resume, continue',
    [
      'it goes on with minute 3',
      'the same command goes on.',
      'going on after 12:00',
      'it has gone on\nfrom there',
    ],
    ['it goes on the command line', 'went on to crash', 'what is going on?', 'going online'],
  ),
  phrase(raw`\banew\b`, 'again, start over', ['install anew', 'begins anew'], ['a new one']),
  phrase(
    raw`\bhand(?:s|ed|ing)? (?:(?:it|them|this|that|these|those) )?on\b(?! (?:experience|approach))`,
    'pass on, emit, send',
    ['handed on as they come', 'hands it on'],
    ['hands-on', 'on the other hand, on Linux', 'handed out'],
  ),
  phrase(
    raw`\bput(?:s|ting)? to\b(?! (?:use|good use|rest|sleep|the test|work)\b)`,
    'send to, ask',
    ['a call put to an actor', 'is put to\nanother'],
    ['put to use', 'put it to good use', 'input to the model', 'output to a pipe'],
  ),
  phrase(
    raw`(?<!\bwhen it )\b(?:come|comes|coming|came) to\b(?! (?:mind|light|rest|life|terms|power|an? (?:end|stop|halt|conclusion|decision)|the conclusion)\b)`,
    'amount to, be, happen to',
    ['what a long line may come to', 'it comes to 44 ms', 'what it came to'],
    ['when it comes to speed', 'comes to an end', 'comes before the other', 'outcome to report'],
  ),
  phrase(
    raw`\b(?:is|are|was|were|been|being|be) told\b(?! (?:to|that|about|how|what|which|when|where|why|whether)\b)`,
    'is reported, is given, knows',
    ['the first is told at once', 'whose size is told without reading', 'the difference is told.'],
    ['an actor is told to stop', 'the caller is told which file', 'it told the caller'],
  ),
  phrase(
    raw`\b(?:told|tell|tells|telling) (?:(?:\p{L}+ ){0,4})?apart\b`,
    'distinguish',
    ['they cannot be told apart', 'tells hosts of one name apart'],
    ['apart from that', 'tell the caller'],
  ),
  phrase(
    raw`\bcost(?:s|ing)? (?:an?|the|its|one|more|another|no|\d+) (?:more )?(?:actors?|kills?|process|processes)\b`,
    'crashes an actor',
    ['a row that costs an actor', 'it cost 3 actors'],
    ['it costs a second', 'the cost of an actor', 'costs two system calls'],
  ),
  phrase(
    raw`\bmade[- ]up\b(?! (?:of|for)\b)`,
    'synthetic, generated',
    ['made-up minutes'],
    ['made up of rows'],
  ),
  phrase(
    raw`\b(?:passed|passing) over\b|\bpass(?:es)? (?:it|them|this|that|these|those|such) over\b`,
    'ignored, skipped',
    ['a column passed over', 'it passes them over'],
    ['one pass over the file', 'passes over the data', 'passed to the actor'],
  ),
  phrase(
    raw`\bleft out\b`,
    'ignored, skipped, excluded',
    ['left out: a, b', 'is left out'],
    ['left outer join'],
  ),
  phrase(raw`\bwhoever\b`, 'the caller, the process that', ['whoever reads it'], ['who reads it']),
  phrase(
    raw`\bsomebody\b`,
    'the caller, another process',
    ['given to somebody else'],
    ['some body', 'another process'],
  ),
  phrase(
    raw`(?<!['"${'`'}])\bnobody\b(?!['"${'`'}])`,
    'no one, no reader, no process',
    ['nobody reads it', 'where nobody\nlooks'],
    ["the user 'nobody'", 'no body'],
  ),
  phrase(raw`\bfor ever\b`, 'forever', ['waits for ever'], ['for every minute', 'forever']),
  phrase(raw`\bfor want of\b`, 'without, because there is no', ['for want of a value'], ['want of it']),
  phrase(raw`\bmeanwhile\b`, 'since then, while …', ['what changed meanwhile'], ['mean while it ran']),
  phrase(
    raw`\bat a time of\b`,
    'per minute, when',
    ['at a time of its own'],
    ['one at a time', 'at a time when'],
  ),
  phrase(
    raw`(?<!\b(?:to|may|might|can|could|must|not|shall|should|will|would|let) )\bbe (?:it|they)\b`,
    'even if, whether',
    ['each row, be it an error', 'and be it a timing.json'],
    ['would be it', 'to be italic', 'it may be it'],
  ),
  phrase(
    raw`\b(?:is|are|was|were)(?: not|n['’]t) there\b|\bthere any more\b|\bno longer there\b`,
    'does not exist, no longer exists',
    ['the file is not there', 'is not\nthere any more', 'one that is no longer there'],
    ['is not therefore', 'there are not any more files', 'is there not'],
  ),
  phrase(
    raw`\b(?:that|which|who|what|it|they|file|files|folder|module|install|page|pipe|backend) (?:is|are|was|were) (?:already |still )?there\b(?!['’])`,
    'exists, the existing …',
    [
      'a folder that is there',
      'what is there is replaced',
      'the files are there before it',
      'it is there but stopped',
    ],
    ['if there is one', 'how many are there?', 'is there a folder', 'they are therefore'],
  ),
  phrase(
    raw`\bkept up\b(?! (?:to date|with)\b)|\bkept by\b`,
    'maintained',
    ['a list kept up by its author', 'counts kept by the run'],
    ['kept up to date', 'kept up with the feed', 'kept byte for byte', 'kept for 60 s'],
  ),
  phrase(
    raw`\b(?:settings?|keys?|fields?|flags?|types?|frames?|formats?|one|ones|commands?|words?) (?:that )?(?:it|we|they) (?:do|does) not know\b`,
    'unknown …',
    ['a setting that it does not know', 'keys it does not know'],
    ['an unknown setting', 'it does not know the size'],
  ),
  phrase(
    raw`(?<![\d.,])0\.\d+ ?(?:×|x|times) as (?:fast|quick|many)\b`,
    '2.8 × slower',
    ['0.36 × as fast', '0.360 times as fast'],
    ['2.8 × slower', '1.65 × as fast', '10.36 × as fast'],
  ),
  phrase(
    raw`\b(?:take|takes|taking|took|taken) (?:its|their|the other's) places?\b(?! in\b)|\b(?:take|takes|taking|took|taken) the place of\b`,
    'replace',
    ['a new one takes its place', 'takes the place of the old file'],
    ['the call takes place here', 'takes its place in the queue'],
  ),
  phrase(
    raw`\b(?:ledger|tally|tallies|lineup)s?\b`,
    'checkpointed sink; counters; executors',
    ['the ledger of a run', 'its tally'],
    ['totally', 'the counters'],
  ),
];

/** Every use of a banned phrase in a text, in the order of its lines. */
export function bannedIn(text: string): Finding[] {
  return BANNED_PHRASES.flatMap(({ pattern, instead }) =>
    [...text.matchAll(pattern)].map((match) => ({
      line: text.slice(0, match.index).split('\n').length,
      phrase: match[0].replace(/\s+/g, ' '),
      instead,
    })),
  ).sort((a, b) => a.line - b.line);
}
