/** Colour on terminals that want it. */
import { styleText } from 'node:util';

export type ColorChoice = 'auto' | 'always' | 'never';
type Format = Parameters<typeof styleText>[0];
export type Style = (format: Format, text: string) => string;

/** Decides once whether there is colour: the option, then NO_COLOR, then whether it is a terminal. */
export function makeStyle(choice: ColorChoice, isTerminal: boolean): Style {
  const color = choice === 'always' || (choice === 'auto' && isTerminal && !process.env.NO_COLOR);
  return color ? (format, text) => styleText(format, text, { validateStream: false }) : (_format, text) => text;
}

export const plain: Style = (_format, text) => text;
