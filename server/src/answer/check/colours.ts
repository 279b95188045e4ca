/** Whether a text in a colour, or on one, can be read by everybody on an ordinary page. What is not understood can't. */

const NAMES: Readonly<Record<string, number>> = {
  black: 0x000000,
  navy: 0x000080,
  blue: 0x0000ff,
  purple: 0x800080,
  white: 0xffffff,
  whitesmoke: 0xf5f5f5,
};
/** WCAG 2, 1.4.3: 4.5 to 1 against white is a luminance of at most 0.183. */
const MOST_DARK = 0.183;
const LEAST_LIGHT = 0.75;

/** Leaves letters in the colour of whoever shows them. */
export const isNoColour = (value: string): boolean =>
  /^(?:inherit|initial|currentcolor|windowtext|)$/i.test(value.trim());

export const isDark = (value: string): boolean => isNoColour(value) || within(value, 0, MOST_DARK);

export const isLight = (value: string): boolean =>
  /^(?:inherit|initial|none|transparent|)$/i.test(value.trim()) || within(value, LEAST_LIGHT, 1);

function within(value: string, least: number, most: number): boolean {
  const luminance = luminanceOf(value.trim().toLowerCase());
  return luminance !== undefined && luminance >= least && luminance <= most;
}

function luminanceOf(value: string): number | undefined {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/.exec(value)?.[1];
  if (hex !== undefined) {
    const six = hex.length === 3 ? [...hex].map((digit) => digit + digit).join('') : hex;
    return ofNumber(Number.parseInt(six, 16));
  }
  const rgb = /^rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*(?:,\s*1(?:\.0+)?\s*)?\)$/.exec(value);
  // More than there is of one colour is all of it, and not what is left beyond.
  if (rgb !== null && [rgb[1], rgb[2], rgb[3]].every((part) => Number(part) <= 255))
    return ofNumber((Number(rgb[1]) << 16) | (Number(rgb[2]) << 8) | Number(rgb[3]));
  const named = Object.hasOwn(NAMES, value) ? NAMES[value] : undefined;
  return named === undefined ? undefined : ofNumber(named);
}

function ofNumber(colour: number): number {
  const part = (shift: number): number => {
    const share = ((colour >> shift) & 255) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0);
}
