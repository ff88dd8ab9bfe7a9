import type { ChatFormat } from '@tollgate/config';
import type { Letter } from './letter.js';

/** What the chats take at most. */
const LONGEST = { slack: 12_000, discord: 2_000, teams: 12_000 } as const;

/** The body of a chat's incoming webhook. Names in it come from users: none can mention anybody or make a link. */
export const chatBody = (letter: Letter, format: ChatFormat): string =>
  JSON.stringify(bodies[format](letter));

const bodies = {
  slack: (letter: Letter) => ({ text: cut(linesOf(letter, escapeSlack), LONGEST.slack) }),
  discord: (letter: Letter) => ({
    content: cut(linesOf(letter, escapeMarkdown), LONGEST.discord),
    allowed_mentions: { parse: [] },
  }),
  teams: (letter: Letter) => ({
    type: 'message',
    attachments: [
      { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: cardOf(letter) },
    ],
  }),
} satisfies Record<ChatFormat, (letter: Letter) => object>;

/** LiteLLM's lines. */
const linesOf = ({ type, level, time, text }: Letter, escape: (text: string) => string): string =>
  `Alert type: \`${type}\`\nLevel: \`${level}\`\nTimestamp: \`${time}\`\n\nMessage: ${escape(text)}`;

const cardOf = ({ type, level, time, subject, text }: Letter): object => ({
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
  type: 'AdaptiveCard',
  version: '1.4',
  body: [
    textBlock(subject, { weight: 'Bolder', size: 'Medium' }),
    {
      type: 'FactSet',
      facts: [
        { title: 'Alert type', value: type },
        { title: 'Level', value: level },
        { title: 'Timestamp', value: time },
      ],
    },
    ...(text === subject ? [] : [textBlock(cut(text, LONGEST.teams), {})]),
  ],
});

const textBlock = (text: string, style: object): object => ({
  type: 'TextBlock',
  text: escapeMarkdown(text),
  wrap: true,
  ...style,
});

const escapeSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const escapeMarkdown = (text: string): string => text.replace(/[\\`*_[\]<>~|]/g, '\\$&');

const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;
